/** The yardstick: a bare undici loop that reads the same URLs, as many at once, and stores nothing. */
import { Agent, request } from 'undici';

export interface Reading {
  /** Full addresses in the order in which the sync asked for them. */
  urls: readonly string[];
  /** How many of them, from the front, are pages of one list: each is known only after the one before. */
  oneByOne: number;
  /** Requests under way at once for the rest. */
  atOnce: number;
  headers: Readonly<Record<string, string>>;
}

/** Reads everything once on fresh connections; answers how long it took, in milliseconds. */
export async function readBare(reading: Reading): Promise<number> {
  const agent = new Agent();
  const began = performance.now();
  const read = async (url: string): Promise<void> => {
    const { statusCode, body } = await request(url, {
      dispatcher: agent,
      headers: reading.headers,
    });
    await body.text();
    if (statusCode !== 200) throw new Error(`${url} answered ${statusCode}`);
  };
  for (const url of reading.urls.slice(0, reading.oneByOne)) await read(url);
  const rest = reading.urls.slice(reading.oneByOne).values();
  const lane = async (): Promise<void> => {
    for (const url of rest) await read(url);
  };
  await Promise.all(Array.from({ length: reading.atOnce }, lane));
  const tookMs = performance.now() - began;
  await agent.close();
  return tookMs;
}

/** Writes down what a sync asks for, so that the yardstick can ask for the same. */
import type { Sent, Transport } from '../src/calendly/transport.ts';
import type { Reading } from './bare.ts';

export interface Recorder extends Transport {
  recorded(): Reading;
}

/** Passes everything on to `transport`. */
export function recordRequests(transport: Transport): Recorder {
  const urls: string[] = [];
  let headers: Record<string, string> = {};
  let underWay = 0;
  let atOnce = 0;
  let oneByOne = 0;
  return {
    async send(sent: Sent) {
      urls.push(sent.url);
      headers = sent.headers;
      underWay += 1;
      if (underWay === 1 && atOnce <= 1) oneByOne = urls.length;
      atOnce = Math.max(atOnce, underWay);
      try {
        return await transport.send(sent);
      } finally {
        underWay -= 1;
      }
    },
    close: () => transport.close(),
    recorded: () => ({ urls, oneByOne, atOnce, headers }),
  };
}

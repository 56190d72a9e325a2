/** A client of the program that keeps every byte it was answered. */

export interface Heard {
  status: number;
  body: Record<string, unknown>;
  headers: Headers;
}

export interface Hearing {
  ask(path: string, request?: HearingRequest): Promise<Heard>;
  /** Everything that was answered; what was made for this very caller to keep is left out. */
  answers: string[];
}

export interface HearingRequest {
  method?: string;
  headers?: Readonly<Record<string, string>>;
  json?: unknown;
  raw?: string;
  /** A secret that this answer hands out, as it must. */
  handsOut?: (heard: Heard) => string;
}

export function openHearing(url: string): Hearing {
  const answers: string[] = [];
  return {
    answers,
    async ask(path, { method = 'GET', headers = {}, json, raw, handsOut } = {}) {
      const sent = json === undefined ? raw : JSON.stringify(json);
      const response = await fetch(`${url}${path}`, {
        redirect: 'manual',
        headers: {
          ...(json === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(sent === undefined ? { method } : { method, body: sent }),
      });
      const text = await response.text();
      const body = text.startsWith('{') ? Object(JSON.parse(text)) : {};
      const heard = { status: response.status, headers: response.headers, body };
      const said = `${response.status} ${JSON.stringify([...response.headers])} ${text}`;
      answers.push(handsOut === undefined ? said : said.replaceAll(handsOut(heard), ''));
      return heard;
    },
  };
}

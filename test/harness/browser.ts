/** A browser as far as sessions go: it keeps the cookie and sends the CSRF token along. */
import { setPassword } from '../../src/accounts/sign-in.ts';
import type { HttpWorld, JsonAnswer, Member } from './http-world.ts';

export const PASSWORD = 'correct horse battery';

export interface Browser {
  /** One request; the cookie and the CSRF token go along where there are some. */
  send(
    method: string,
    path: string,
    json?: unknown,
    headers?: Record<string, string>,
  ): Promise<JsonAnswer & { body: Record<string, unknown> }>;
  /** What the last `Set-Cookie` said. */
  setCookie: string | null;
  /** `name=value`, as it goes back. */
  cookie: string | null;
  csrf: string | null;
}

export function openBrowser(world: Pick<HttpWorld, 'url'>): Browser {
  const browser: Browser = {
    setCookie: null,
    cookie: null,
    csrf: null,
    async send(method, path, json, headers = {}) {
      const response = await fetch(`${world.url}${path}`, {
        method,
        headers: {
          ...(browser.cookie === null ? {} : { cookie: browser.cookie }),
          ...(browser.csrf === null ? {} : { 'x-csrf-token': browser.csrf }),
          ...(json === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(json === undefined ? {} : { body: JSON.stringify(json) }),
      });
      const set = response.headers.get('set-cookie');
      if (set !== null) {
        browser.setCookie = set;
        browser.cookie = set.split(';')[0] ?? null;
      }
      const text = await response.text();
      const body: Record<string, unknown> = text === '' ? {} : Object(JSON.parse(text));
      if (typeof body['csrf_token'] === 'string') browser.csrf = body['csrf_token'];
      return { status: response.status, headers: response.headers, body };
    },
  };
  return browser;
}

/** Gives a member of the world a password. */
export async function givePassword(
  world: HttpWorld,
  member: Member,
  password = PASSWORD,
): Promise<void> {
  const { workspaceId, id } = member.user;
  await setPassword(
    { db: world.db, ids: world.ids },
    { user: { workspaceId, id }, password, keep: null, actorId: null, address: null },
  );
}

/** A browser in which the member has signed in. */
export async function signInBrowser(
  world: HttpWorld,
  member: Member,
  password = PASSWORD,
): Promise<Browser> {
  const browser = openBrowser(world);
  const { status } = await browser.send('POST', '/api/auth/login', {
    email: member.user.email,
    password,
  });
  if (status !== 200) throw new Error(`Signing in answered ${status}`);
  return browser;
}

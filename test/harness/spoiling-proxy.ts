/** A server between the program and the simulator: passes answers on, and spoils those it is told to. */
import { Agent, request } from 'undici';
import { reply } from '../hostile/replies.ts';
import { type Reply, startHostileServer } from '../hostile/server.ts';

/** The honest answer that is about to be spoiled. */
export interface Honest {
  status: number;
  body: string;
}

export interface Spoil {
  /** Of the requests whose path (without its query) matches. */
  path: RegExp;
  /** How many of them go well first. */
  after: number;
  /** How many go wrong then; left out: all. */
  times?: number;
  with: (honest: Honest) => Reply;
}

export interface SpoilingProxy {
  url: string;
  /** What goes wrong from now on; null: nothing. */
  spoil(rule: Spoil | null): void;
  close(): Promise<void>;
}

const PASSED_ON = ['authorization', 'user-agent', 'accept', 'content-type'];

/** `stalled` is called when a reply that never ends has been sent. */
export async function startSpoilingProxy(
  simulatorUrl: string,
  stalled: () => void,
): Promise<SpoilingProxy> {
  const agent = new Agent();
  let rule: Spoil | null = null;
  let met = 0;
  const server = await startHostileServer({
    async reply(asked) {
      const { statusCode, headers, body } = await request(`${simulatorUrl}${asked.target}`, {
        dispatcher: agent,
        headers: Object.fromEntries(
          PASSED_ON.flatMap((name) => {
            const value = asked.headers[name];
            return value === undefined ? [] : [[name, value]];
          }),
        ),
      });
      const honest: Honest = { status: statusCode, body: await body.text() };
      const kept = Object.entries(headers).flatMap(([name, value]) =>
        typeof value === 'string' && /^(x-ratelimit-|content-type)/.test(name)
          ? [[name, value] as const]
          : [],
      );
      const path = asked.target.split('?')[0] ?? '';
      if (rule !== null && rule.path.test(path)) {
        met += 1;
        const { after, times = Infinity } = rule;
        if (met > after && met <= after + times) return rule.with(honest);
      }
      return reply(honest.status, honest.body, Object.fromEntries(kept));
    },
  });
  server.script([], stalled);
  return {
    url: server.url,
    spoil(next) {
      rule = next;
      met = 0;
    },
    async close() {
      await server.close();
      await agent.destroy();
    },
  };
}

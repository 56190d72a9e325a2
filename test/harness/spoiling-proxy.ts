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
  /** How many of them go well first; left out: none. */
  after?: number;
  /** How many go wrong then; left out: all. */
  times?: number;
  /** Makes the reply; `turn` counts the requests that went wrong so far, from 0. */
  with: (honest: Honest, turn: number) => Reply | Promise<Reply>;
}

export interface SpoilingProxy {
  url: string;
  /** What goes wrong from now on; none: nothing. The first rule that strikes wins. */
  spoil(...rules: Spoil[]): void;
  close(): Promise<void>;
}

const PASSED_ON = ['authorization', 'user-agent', 'accept', 'content-type'];

/** `stalled` is called when a reply that never ends has been sent. */
export async function startSpoilingProxy(
  simulatorUrl: string,
  stalled: () => void,
): Promise<SpoilingProxy> {
  const agent = new Agent();
  let rules: { rule: Spoil; met: number }[] = [];
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
      for (const entry of rules.filter(({ rule }) => rule.path.test(path))) {
        const { after = 0, times = Infinity } = entry.rule;
        entry.met += 1;
        if (entry.met > after && entry.met <= after + times) {
          return entry.rule.with(honest, entry.met - after - 1);
        }
      }
      return reply(honest.status, honest.body, Object.fromEntries(kept));
    },
  });
  server.script([], stalled);
  return {
    url: server.url,
    spoil(...next) {
      rules = next.map((rule) => ({ rule, met: 0 }));
    },
    async close() {
      await server.close();
      await agent.destroy();
    },
  };
}

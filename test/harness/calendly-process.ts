/** A simulated Calendly in a process of its own, and its control API. */
import { type Program, startProgram } from './program.ts';
import { getJson } from './serving.ts';

export interface CalendlyProcess extends Program {
  url: string;
  /** The host's. */
  token: string;
  /** Makes one move, by the name and with the arguments of the catalogue; answers what it made. */
  move(name: string, args: Record<string, unknown>): Promise<unknown>;
  addFault(fault: Record<string, unknown>): Promise<void>;
  clearFaults(): Promise<void>;
  /** Requests so far by route. */
  counts(): Promise<Record<string, number>>;
}

/** Starts `calendly-sync simulator` on any free port. */
export async function startCalendly(story = 'demo'): Promise<CalendlyProcess> {
  const program = startProgram(['simulator', '--port', '0', '--json', '--story', story]);
  const { url, token } = JSON.parse(await program.says('{')) as { url: string; token: string };
  const control = (path: string, method: string, body?: unknown): Promise<unknown> =>
    getJson(`${url}/_control/${path}`, undefined, {
      method,
      ...(body === undefined
        ? {}
        : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
  return {
    ...program,
    url,
    token,
    async move(name, args) {
      const { result } = (await control('moves', 'POST', { move: name, ...args })) as {
        result: unknown;
      };
      return result;
    },
    async addFault(fault) {
      await control('faults', 'POST', fault);
    },
    async clearFaults() {
      await control('faults', 'DELETE');
    },
    async counts() {
      const { counts } = (await control('requests', 'GET')) as { counts: Record<string, number> };
      return counts;
    },
  };
}

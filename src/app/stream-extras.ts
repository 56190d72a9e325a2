/** News for the live stream that is in no table: how far runs are, and that a connection's status changed. */
import { describeError } from '../domain/errors.ts';
import type { StreamExtras, StreamNews } from '../http/deps.ts';
import { PROGRESS_CHANNEL, readProgress, type RunProgressRow } from '../store/progress.ts';
import { RUNS_CHANNEL } from '../store/runs.ts';
import type { Core } from './core.ts';

export interface StreamSource {
  extras: StreamExtras;
  stop(): Promise<void>;
}

/** Listens once for all watchers; the rows are only read while somebody watches. */
export async function startStreamSource(core: Core): Promise<StreamSource> {
  const { db } = core;
  const watchers = new Set<Watcher>();
  const look = (workspaceId?: string): void => {
    for (const watcher of watchers) {
      if (workspaceId === undefined || watcher.workspaceId === workspaceId) watcher.look();
    }
  };
  const stops = [
    await db.listen(PROGRESS_CHANNEL, (id) => look(id === '' ? undefined : id)),
    await db.listen(RUNS_CHANNEL, () => look()),
  ];
  return {
    extras: {
      subscribe(workspaceId, push) {
        const watcher = new Watcher(core, workspaceId, push);
        watchers.add(watcher);
        watcher.look();
        return () => watchers.delete(watcher);
      },
    },
    async stop() {
      watchers.clear();
      for (const stop of stops) await stop();
    },
  };
}

/** One watcher's view of the runs; looks that come during a look cause one more. */
class Watcher {
  readonly workspaceId: string;
  readonly #core: Core;
  readonly #push: (news: StreamNews) => void;
  #open = new Map<string, RunProgressRow>();
  #looking = false;
  #again = false;

  constructor(core: Core, workspaceId: string, push: (news: StreamNews) => void) {
    this.#core = core;
    this.workspaceId = workspaceId;
    this.#push = push;
  }

  look(): void {
    if (this.#looking) {
      this.#again = true;
      return;
    }
    this.#looking = true;
    this.#read()
      .catch((error: unknown) => {
        this.#core.log.debug('Progress could not be read', { ...describeError(error) });
      })
      .finally(() => {
        this.#looking = false;
        if (!this.#again) return;
        this.#again = false;
        this.look();
      });
  }

  async #read(): Promise<void> {
    const rows = await readProgress(this.#core.tenants.of(this.workspaceId), this.workspaceId, [
      ...this.#open.keys(),
    ]);
    const before = this.#open;
    this.#open = new Map(rows.filter(isOpen).map((row) => [row.id, row]));
    for (const row of rows) {
      const known = before.get(row.id);
      if (known?.done === row.done && known.total === row.total && known.state === row.state)
        continue;
      const { id, connection_id, state, done, total } = row;
      const data = { run_id: id, state, done, total };
      this.#push({ event: 'run.progress', id, data });
      if (known?.state !== state) {
        this.#push({
          event: 'status',
          id: connection_id,
          data: { connection_id, run_state: state },
        });
      }
    }
  }
}

function isOpen(row: RunProgressRow): boolean {
  return row.state === 'queued' || row.state === 'running';
}

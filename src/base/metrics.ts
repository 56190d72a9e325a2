/** The figures that /metrics shows: one helper per business event, no label of a user or workspace. */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

export interface Metrics {
  /** `route` is the pattern (`/api/meetings/:id`), never the path; `seconds` is the time to answer. */
  httpAnswered(request: { route: string; status: number; seconds: number }): void;
  /** `outcome`: `ok` or the class of the CalendlyError. */
  calendlyAnswered(outcome: string, seconds: number): void;
  /** `event` is Calendly's name for a known event, else `other`. */
  deliveryWorked(event: string, state: string): void;
  runEnded(state: string, seconds: number): void;
  /** `change`: `created`, `updated`, `canceled`, `unchanged` … */
  rowsChanged(change: string, count: number): void;
  /** `kind`: `missing`, `extra` or `different`; rows in which a proof found drift. */
  driftFound(kind: 'missing' | 'extra' | 'different', count: number): void;
  /** How many jobs or queued reads wait, asked for at each scrape. */
  watchQueue(name: string, depth: () => number | Promise<number>): void;
  /** `won` by this process, or `lost` to another one. */
  slotClaimed(result: 'won' | 'lost'): void;
  /** For a server that renders them itself. */
  readonly registry: Registry;
  /** The Prometheus text and its content type. */
  render(): Promise<{ contentType: string; text: string }>;
}

const SECONDS = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const RUN_SECONDS = [0.5, 1, 5, 15, 60, 300, 900, 3600];

/** A registry of its own; `process: true` adds the figures of the process (memory, event loop …). */
export function createMetrics(options: { process: boolean }): Metrics {
  const registry = new Registry();
  const registers = [registry];
  if (options.process) collectDefaultMetrics({ register: registry });

  const http = new Histogram({
    name: 'calendly_sync_http_request_seconds',
    help: 'Requests answered, by route and class of status',
    labelNames: ['route', 'status'],
    buckets: SECONDS,
    registers,
  });
  const calendly = new Histogram({
    name: 'calendly_sync_calendly_request_seconds',
    help: 'Requests to Calendly, by outcome',
    labelNames: ['outcome'],
    buckets: SECONDS,
    registers,
  });
  const deliveries = new Counter({
    name: 'calendly_sync_deliveries_total',
    help: 'Webhook deliveries that were worked, by event and end',
    labelNames: ['event', 'state'],
    registers,
  });
  const runs = new Histogram({
    name: 'calendly_sync_run_seconds',
    help: 'Ended sync runs, by state',
    labelNames: ['state'],
    buckets: RUN_SECONDS,
    registers,
  });
  const rows = new Counter({
    name: 'calendly_sync_rows_total',
    help: 'Rows that sync runs looked at, by what became of them',
    labelNames: ['change'],
    registers,
  });
  const drift = new Counter({
    name: 'calendly_sync_drift_found_total',
    help: 'Rows that a proof found to differ from Calendly, by kind',
    labelNames: ['kind'],
    registers,
  });
  const slots = new Counter({
    name: 'calendly_sync_scheduler_slots_total',
    help: 'Schedule slots that this process tried to claim, by result',
    labelNames: ['result'],
    registers,
  });
  const queues = new Map<string, () => number | Promise<number>>();
  new Gauge({
    name: 'calendly_sync_queue_depth',
    help: 'Jobs or reads that wait, by queue',
    labelNames: ['queue'],
    registers,
    async collect() {
      this.reset();
      for (const [queue, depth] of queues) {
        try {
          this.set({ queue }, await depth());
        } catch {
          // @NOTE without its database a queue has no figure; the other figures still count
        }
      }
    },
  });

  return {
    httpAnswered: ({ route, status, seconds }) =>
      http.observe({ route, status: `${Math.floor(status / 100)}xx` }, seconds),
    calendlyAnswered: (outcome, seconds) => calendly.observe({ outcome }, seconds),
    deliveryWorked: (event, state) => deliveries.inc({ event, state }),
    runEnded: (state, seconds) => runs.observe({ state }, seconds),
    rowsChanged: (change, count) => rows.inc({ change }, count),
    driftFound: (kind, count) => drift.inc({ kind }, count),
    watchQueue: (name, depth) => void queues.set(name, depth),
    slotClaimed: (result) => slots.inc({ result }),
    registry,
    render: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  };
}

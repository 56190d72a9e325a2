/** The figures that an operator scrapes. */
import { expect, test } from 'vitest';
import { createMetrics } from './metrics.ts';

test('what happened is counted under few, constant labels', async () => {
  const metrics = createMetrics({ process: false });
  metrics.httpAnswered({ route: '/api/meetings/:id', status: 404, seconds: 0.01 });
  metrics.calendlyAnswered('ok', 0.2);
  metrics.runEnded('done', 3);
  metrics.rowsChanged('created', 7);
  metrics.driftFound('extra', 2);
  metrics.slotClaimed('won');
  const { text, contentType } = await metrics.render();
  expect(contentType).toContain('text/plain');
  for (const line of [
    'calendly_sync_http_request_seconds_count{route="/api/meetings/:id",status="4xx"} 1',
    'calendly_sync_calendly_request_seconds_count{outcome="ok"} 1',
    'calendly_sync_run_seconds_sum{state="done"} 3',
    'calendly_sync_rows_total{change="created"} 7',
    'calendly_sync_drift_found_total{kind="extra"} 2',
    'calendly_sync_scheduler_slots_total{result="won"} 1',
  ]) {
    expect(text).toContain(line);
  }
});

test('queues are asked at each scrape, and one without an answer does not hide the rest', async () => {
  const metrics = createMetrics({ process: false });
  let depth = 3;
  metrics.watchQueue('reads', () => depth);
  metrics.watchQueue('jobs', () => Promise.reject(new Error('no database')));
  expect((await metrics.render()).text).toContain('calendly_sync_queue_depth{queue="reads"} 3');
  depth = 0;
  const { text } = await metrics.render();
  expect(text).toContain('calendly_sync_queue_depth{queue="reads"} 0');
  expect(text).not.toContain('queue="jobs"');
});

test('two registries in one process do not meet', async () => {
  const [first, second] = [createMetrics({ process: true }), createMetrics({ process: true })];
  first.rowsChanged('created', 1);
  expect((await second.render()).text).not.toContain('change="created"');
  expect((await first.render()).text).toContain('process_cpu_seconds_total');
});

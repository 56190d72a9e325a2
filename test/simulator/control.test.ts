/** The control API: what a console and a script on this machine can do. */
import { request } from 'node:http';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { openStage, toObject } from './stage.ts';

const ANNA = { name: 'Anna', email: 'anna@example.com' };

test('a booking made by the control API is in the world and in the answer', async () => {
  const { ask, simulator } = await openStage('demo');
  const before = simulator.truth().length;
  const body = { move: 'book', invitee: ANNA };
  const { status, json } = await ask('/_control/moves', { method: 'POST', body });
  expect(status).toBe(200);
  const { event } = toObject(json['result']);
  expect(simulator.truth()).toHaveLength(before + 1);
  const canceled = await ask('/_control/moves', {
    method: 'POST',
    body: { move: 'cancel', event: event ?? null, by: 'invitee', reason: 'Ill' },
  });
  expect(canceled.json).toEqual({ result: null });
  expect(simulator.world.events.get(String(event))?.wire.cancellation?.canceled_by).toBe('Anna');
});

test.each([
  [{}, 'move'],
  [{ move: 'fly' }, 'move'],
  [{ move: 'toString' }, 'move'],
  [{ move: 'book' }, 'invitee'],
  [{ move: 'book', invitee: { name: 'A' } }, 'invitee.email'],
  [{ move: 'book', invitee: ANNA, colour: 'red' }, 'colour'],
  [{ move: 'book', invitee: ANNA, eventType: 'nothing' }, 'eventType'],
  [{ move: 'book', invitee: ANNA, startTime: 'soon' }, 'startTime'],
  [{ move: 'cancel', event: 'nothing' }, 'event'],
  [{ move: 'markNoShow', invitee: 'nobody' }, 'invitee'],
  [{ move: 'reassign', event: 'x', to: 7 }, 'to'],
])('a wrong move is 400 and names the field: %j', async (body, field) => {
  const { ask } = await openStage('empty');
  const { status, json } = await ask('/_control/moves', { method: 'POST', body });
  expect(status).toBe(400);
  expect(json['details']).toMatchObject([{ parameter: field }]);
});

test('faults are set, listed and cleared; a wrong one names its field', async () => {
  const { ask } = await openStage('empty');
  const post = (body: object) =>
    ask('/_control/faults', { method: 'POST', body: JSON.parse(JSON.stringify(body)) });
  await post([
    { path: '/users', times: 1, then: { status: 500 } },
    { path: '/event_types', then: { reset: true } },
  ]);
  expect((await ask('/users/me')).status).toBe(500);
  const { json } = await ask('/_control/faults');
  expect(json['faults']).toMatchObject([{ struck: 1 }, { struck: 0 }]);
  expect((await post({ path: '/users' })).json['title']).toBe('Invalid Argument');
  await ask('/_control/faults', { method: 'DELETE' });
  expect((await ask('/_control/faults')).json).toEqual({ faults: [] });
});

test('the state tells the story, counts, readings and requests, but no token', async () => {
  const { ask, simulator } = await openStage('demo');
  await ask('/users/me');
  const reading = { boundsInclusive: false };
  await ask('/_control/readings', { method: 'POST', body: reading });
  const { json, text } = await ask('/_control');
  expect(json).toMatchObject({
    url: simulator.url,
    story: 'demo',
    counts: { events: simulator.truth().length, requests: 1 },
    readings: reading,
  });
  for (const token of simulator.world.tokens.keys()) expect(text).not.toContain(token);
  const { json: log } = await ask('/_control/requests');
  expect(log).toMatchObject({
    counts: { 'GET /users/{}': 1 },
    requests: [{ method: 'GET', path: '/users/me', query: '', status: 200 }],
  });
  const wrong = await ask('/_control/readings', { method: 'POST', body: { pagesBy: 'luck' } });
  expect(wrong.json['details']).toMatchObject([{ parameter: 'pagesBy' }]);
  expect((await ask('/_control/elsewhere')).status).toBe(404);
});

test('a page of another site cannot steer it: foreign Host and simple forms are refused', async () => {
  const { simulator, ask } = await openStage('empty');
  const body = JSON.stringify({ move: 'book', invitee: ANNA });
  const form = await fetch(`${simulator.url}/_control/moves`, { method: 'POST', body });
  expect(form.status).toBe(403);
  const rebound = request(`${simulator.url}/_control`, { headers: { host: 'evil.example' } });
  rebound.end();
  const [response] = await once(rebound, 'response');
  response.resume();
  expect(response.statusCode).toBe(403);
  expect(simulator.truth()).toEqual([]);
  const broken = await fetch(`${simulator.url}/_control/moves`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{',
  });
  expect(broken.status).toBe(400);
  expect((await ask('/')).text).toContain('This is not Calendly');
});

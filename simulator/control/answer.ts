/** The control API under /_control, for consoles and scripts on this machine: moves, faults, readings, webhooks, log. */
import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import { FAULT } from '../faults.ts';
import { MOVES } from '../moves/catalogue.ts';
import { runMove } from '../moves/moves.ts';
import { MoveError } from '../moves/find.ts';
import { parseBody } from '../body.ts';
import { READINGS } from '../readings.ts';
import type { Running } from '../running.ts';
import { liveSubscriptions } from '../webhooks/subscriptions.ts';
import { controlDeliveries } from './deliveries.ts';

export interface ControlRequest {
  request: IncomingMessage;
  path: string;
  body: Buffer | undefined;
}

export interface ControlAnswer {
  status: number;
  body: unknown;
}

/** Answers one control request; whatever is wrong with it is 4xx and names the field. */
export function answerControl(running: Running, asked: ControlRequest): ControlAnswer {
  const { request, path } = asked;
  if (!isFromHere(request)) return refuse(403, 'Only programs on this machine may do this');
  const body = parseBody(asked.body);
  if (body instanceof Error) return refuse(400, 'The body is no JSON', 'body');
  try {
    return route(running, `${request.method} ${path}`, body);
  } catch (error) {
    if (error instanceof MoveError) return refuse(400, error.message, error.field);
    if (!(error instanceof z.ZodError)) throw error;
    return {
      status: 400,
      body: {
        title: 'Invalid Argument',
        message: 'The arguments are invalid.',
        details: error.issues.flatMap(toDetails),
      },
    };
  }
}

function route(running: Running, what: string, body: unknown): ControlAnswer {
  const { world, faults, log } = running;
  switch (what) {
    case 'GET /_control':
      return ok(describe(running));
    case 'POST /_control/moves': {
      const { move, ...args } = z.looseObject({ move: z.string() }).parse(body);
      const made = runMove(world, move, args);
      const names = Object.keys(MOVES).join(', ');
      return made === undefined
        ? refuse(400, `There is no such move; there are ${names}`, 'move')
        : ok(made);
    }
    case 'GET /_control/faults':
      return ok({ faults: faults.list() });
    case 'POST /_control/faults': {
      const added = z.union([z.array(FAULT), FAULT]).parse(body);
      for (const fault of Array.isArray(added) ? added : [added]) faults.add(fault);
      return ok({ faults: faults.list() });
    }
    case 'DELETE /_control/faults':
      faults.clear();
      return ok({ faults: [] });
    case 'POST /_control/readings':
      Object.assign(world.readings, READINGS.partial().strict().parse(body));
      world.changed();
      return ok({ readings: world.readings });
    case 'GET /_control/requests':
      return ok({ counts: Object.fromEntries(log.counts), requests: log.entries.slice(-1000) });
    default: {
      const said = controlDeliveries(running, what, body);
      return said === undefined ? refuse(404, 'There is no such control') : ok(said);
    }
  }
}

function describe(running: Running): Record<string, unknown> {
  const { world, faults, log } = running;
  return {
    url: running.url(),
    story: world.story,
    seed: world.seed,
    now: new Date(world.clock.now()).toISOString(),
    counts: {
      users: world.users.size,
      event_types: world.eventTypes.size,
      events: world.events.size,
      invitees: world.invitees.size,
      subscriptions: liveSubscriptions(world).length,
      deliveries: running.deliveries.log.length,
      requests: [...log.counts.values()].reduce((sum, count) => sum + count, 0),
    },
    readings: world.readings,
    faults: faults.list(),
    moves: Object.keys(MOVES),
  };
}

/** A page of another site could post here from a browser: it cannot fake Host, nor send JSON unasked. */
function isFromHere({ socket, headers, method }: IncomingMessage): boolean {
  const address = socket.remoteAddress ?? '';
  const near = address === '::1' || /^(::ffff:)?127\./.test(address);
  const host = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/.test(headers.host ?? '');
  const json = method !== 'POST' || (headers['content-type'] ?? '').startsWith('application/json');
  const strange = headers['sec-fetch-site'] === 'cross-site';
  return near && host && json && !strange;
}

function toDetails(issue: z.core.$ZodIssue): { parameter: string; message: string }[] {
  if (issue.code !== 'unrecognized_keys') {
    return [{ parameter: issue.path.join('.'), message: issue.message }];
  }
  return issue.keys.map((key) => ({
    parameter: [...issue.path, key].join('.'),
    message: 'is unknown',
  }));
}

function ok(body: unknown): ControlAnswer {
  return { status: 200, body };
}

function refuse(status: number, message: string, parameter?: string): ControlAnswer {
  const details = parameter === undefined ? [] : [{ parameter, message }];
  const title = status === 404 ? 'Resource Not Found' : 'Invalid Argument';
  return { status, body: { title, message, details } };
}

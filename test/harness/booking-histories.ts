/** Whole lives of bookings in simulated worlds, with what Calendly says of each step. */
import { systemClock } from '../../src/base/time.ts';
import type { Moves } from '../../simulator/moves/moves.ts';
import type { Readings } from '../../simulator/readings.ts';
import { type Simulator, startSimulator } from '../../simulator/server.ts';
import { createWorld } from '../../simulator/world.ts';
import { messagesOf, type Message } from './webhook-messages.ts';

export type Step = (moves: Moves) => void;

/** A history is told afresh for each world: its steps remember the URIs of that world. */
export type History = () => readonly Step[];

const ADA = { name: 'Ada Visitor', email: 'ada@visitor.example' };

/** Booked, not come, come after all, moved, called off: 6 messages. */
export function oneBooking(): readonly Step[] {
  let invitee = '';
  return [
    (moves) => void ({ invitee } = moves.book({ eventType: 'introductory-call', invitee: ADA })),
    (moves) => moves.markNoShow({ invitee }),
    (moves) => moves.unmarkNoShow({ invitee }),
    (moves) => void ({ invitee } = moves.reschedule({ invitee })),
    (moves) => moves.cancelInvitee({ invitee }),
  ];
}

/** Three people in one workshop: one leaves, then all of it is called off. 6 messages. */
export function oneWorkshop(): readonly Step[] {
  let event = '';
  const people: string[] = [];
  const join =
    (name: string): Step =>
    (moves) => {
      const invitee = { name, email: `${name.toLowerCase()}@visitor.example` };
      const booked =
        event === ''
          ? moves.book({ eventType: 'pension-workshop', invitee })
          : moves.joinGroup({ event, invitee });
      event = booked.event;
      people.push(booked.invitee);
    };
  return [
    join('Ada'),
    join('Ben'),
    join('Cleo'),
    (moves) => moves.cancelInvitee({ invitee: people[1] ?? '' }),
    (moves) => moves.cancel({ event }),
  ];
}

/** Moved three times, not come, come, not come, called off: 11 messages. */
export function longBooking(): readonly Step[] {
  let invitee = '';
  const move: Step = (moves) => void ({ invitee } = moves.reschedule({ invitee }));
  return [
    (moves) => void ({ invitee } = moves.book({ eventType: 'annual-review', invitee: ADA })),
    move,
    move,
    move,
    (moves) => moves.markNoShow({ invitee }),
    (moves) => moves.unmarkNoShow({ invitee }),
    (moves) => moves.markNoShow({ invitee }),
    (moves) => moves.cancelInvitee({ invitee }),
  ];
}

/** Two leave a workshop and one comes back to it as another invitee. 6 messages, the workshop stands. */
export function standingWorkshop(): readonly Step[] {
  let event = '';
  const people: string[] = [];
  const join: Step = (moves) => {
    const booked =
      event === ''
        ? moves.book({ eventType: 'pension-workshop', invitee: ADA })
        : moves.joinGroup({ event, invitee: ADA });
    event = booked.event;
    people.push(booked.invitee);
  };
  const leave =
    (index: number): Step =>
    (moves) =>
      moves.cancelInvitee({ invitee: people[index] ?? '' });
  return [
    join,
    join,
    leave(0),
    join,
    leave(1),
    (moves) => moves.markNoShow({ invitee: people[2] ?? '' }),
  ];
}

export interface ToldHistory {
  simulator: Simulator;
  /** What was said so far, in order. */
  messages: Message[];
  /** Makes the next step; false where there is none. */
  next(): boolean;
}

/** Every step 10 seconds after the one before it; the last of twenty is now. */
const STEP_MS = 10_000;

/** A world in which a history can be told step by step. */
export async function tellHistory(
  history: History,
  readings: Partial<Readings> = {},
): Promise<ToldHistory> {
  let nowMs = systemClock.now() - 20 * STEP_MS;
  const world = createWorld({ story: 'demo', now: nowMs, readings, clock: { now: () => nowMs } });
  const simulator = await startSimulator({ world, rateLimit: 1_000_000 });
  const steps = history().values();
  const messages: Message[] = [];
  return {
    simulator,
    messages,
    next() {
      const { value: step } = steps.next();
      if (step === undefined) return false;
      messages.push(...messagesOf(simulator, () => step(simulator.moves)));
      // long enough for the calendar push: the conference link came without any webhook
      nowMs += STEP_MS;
      return true;
    },
  };
}

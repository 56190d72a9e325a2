/** Everything that can happen in the simulated world, as functions by name. */
import type { World } from '../state.ts';
import { settle } from '../show.ts';
import { MOVES } from './catalogue.ts';
import type { MoveName } from './catalogue.ts';
import type { Move } from './move.ts';

/**
 * The moves by name; each takes one object and makes its change at the world's present moment.
 * Throws a ZodError for arguments of the wrong shape, a MoveError for what cannot be done.
 */
export type Moves = {
  [Name in MoveName]: (typeof MOVES)[Name] extends Move<infer In, infer Result>
    ? (args: In) => Result
    : never;
};

/** The moves of one world. */
export function createMoves(world: World): Moves {
  function bind<In, Result>(move: Move<In, Result>): (args: In) => Result {
    return (args) => {
      settle(world);
      return move.apply(world, args);
    };
  }
  return {
    book: bind(MOVES.book),
    joinGroup: bind(MOVES.joinGroup),
    reschedule: bind(MOVES.reschedule),
    cancel: bind(MOVES.cancel),
    cancelInvitee: bind(MOVES.cancelInvitee),
    markNoShow: bind(MOVES.markNoShow),
    unmarkNoShow: bind(MOVES.unmarkNoShow),
    reassign: bind(MOVES.reassign),
    rename: bind(MOVES.rename),
    addGuest: bind(MOVES.addGuest),
    changeLocation: bind(MOVES.changeLocation),
    editNotes: bind(MOVES.editNotes),
    removeEvent: bind(MOVES.removeEvent),
    restoreEvent: bind(MOVES.restoreEvent),
    eraseInvitee: bind(MOVES.eraseInvitee),
    pay: bind(MOVES.pay),
    revokeToken: bind(MOVES.revokeToken),
    grantToken: bind(MOVES.grantToken),
    changeToken: bind(MOVES.changeToken),
    changeRole: bind(MOVES.changeRole),
    removeMember: bind(MOVES.removeMember),
    deleteUser: bind(MOVES.deleteUser),
    createEventType: bind(MOVES.createEventType),
    renameEventType: bind(MOVES.renameEventType),
    deleteEventType: bind(MOVES.deleteEventType),
    submitRoutingForm: bind(MOVES.submitRoutingForm),
    disableSubscription: bind(MOVES.disableSubscription),
    deleteSubscription: bind(MOVES.deleteSubscription),
    changeSubscriptionUrl: bind(MOVES.changeSubscriptionUrl),
    doubleSubscription: bind(MOVES.doubleSubscription),
    foreignSubscription: bind(MOVES.foreignSubscription),
    downgradePlan: bind(MOVES.downgradePlan),
    upgradePlan: bind(MOVES.upgradePlan),
  };
}

/** Makes the move called `name` with arguments from outside; `undefined` where no move has that name. */
export function runMove(
  world: World,
  name: string,
  args: unknown,
): { result: unknown } | undefined {
  for (const [known, move] of Object.entries(MOVES)) {
    if (known !== name) continue;
    settle(world);
    return { result: move.apply(world, args) ?? null };
  }
  return undefined;
}

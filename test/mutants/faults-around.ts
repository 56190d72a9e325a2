/** Faults around the rows: deliveries lost or believed, people linked wrongly, slots served twice or never. */
import type { Fault } from './fault.ts';

const BAD_INPUTS = 'test/webhooks/bad-inputs.pg.test.ts';
const INTAKE = 'src/sync/intake.pg.test.ts';
const MATCHING = 'test/matching/matching.pg.test.ts';
const SCHEDULER = 'src/jobs/scheduler.pg.test.ts';

export const otherFaults: readonly Fault[] = [
  {
    name: 'a delivery with a wrong signature is stored',
    file: 'src/sync/receive.ts',
    find: "if (receiver === undefined || !genuine) return 'refused';",
    replace: "if (receiver === undefined) return 'refused';",
    test: { file: BAD_INPUTS, name: 'a MAC over the body alone → 401' },
  },
  {
    name: 'a delivery is acknowledged before it is stored',
    file: 'src/sync/receive.ts',
    find: 'await deps.store({',
    replace: 'void deps.store({',
    test: { file: 'src/sync/receive.test.ts', name: 'is acknowledged only once it is stored' },
  },
  {
    name: 'one delivery that the database refuses takes the others along',
    file: 'src/sync/intake.ts',
    find: 'if (some.length > 1 && isOfOneRow(error)) {',
    replace: 'if (some.length > 64 && isOfOneRow(error)) {',
    test: { file: INTAKE, name: 'on postgres > one that the database refuses takes none' },
  },
  {
    name: 'a delivery that could not be stored is acknowledged',
    file: 'src/sync/intake.ts',
    find: 'for (const { stored } of some) stored.reject(error);',
    replace: 'for (const { stored } of some) stored.resolve();',
    test: { file: INTAKE, name: 'where nothing can be stored everybody is told' },
  },
  {
    name: 'deliveries for a disconnected account are written',
    file: 'src/sync/deliveries.ts',
    find: "connection === undefined || connection.state === 'disconnected'",
    replace: 'connection === undefined',
    test: {
      file: 'test/webhooks/events.pg.test.ts',
      name: 'an account that was disconnected changes nothing any more',
    },
  },
  {
    name: 'the key of a replaced subscription counts for ever',
    file: 'src/sync/subscriptions.ts',
    find: 'if (this.#ageMs(row.ended_at) < OVERLAP_MS) continue;',
    replace: 'if (this.#ageMs(row.ended_at) > -OVERLAP_MS) continue;',
    test: {
      file: 'test/webhooks/repairs.pg.test.ts',
      name: 'counts for 25 hours more by its old path and key',
    },
  },
  {
    name: 'hosts become their own clients',
    file: 'src/clients/match.ts',
    find: 'if (own !== undefined) return nobody(own);',
    replace: 'if (own === undefined && own !== undefined) return nobody(own);',
    test: {
      file: 'src/clients/link.pg.test.ts',
      name: 'on postgres > hosts, robots and people without an address become nobody’s client',
    },
  },
  {
    name: 'a link that was made by hand is undone',
    file: 'src/clients/match.ts',
    find: 'if (person.isOwnHand) {',
    replace: 'if (person.isOwnHand && person.uri === null) {',
    test: {
      file: 'src/clients/link.pg.test.ts',
      name: 'on postgres > a link that a user made by hand stays',
    },
  },
  {
    name: 'an address that was only concluded counts under any name',
    file: 'src/clients/match.ts',
    find: "learned !== undefined && person.kind === 'invitee' && !agrees",
    replace: "learned === 'never' && person.kind === 'invitee' && !agrees",
    test: { file: MATCHING, name: 'the same address under another name' },
  },
  {
    name: 'a merge leaves guests where they were',
    file: 'src/store/client-merges.ts',
    find: "['client_emails', 'invitees', 'meeting_guests']",
    replace: "['client_emails', 'invitees']",
    test: { file: MATCHING, name: 'merged, with meetings as a guest' },
  },
  {
    name: 'two link at once in one workspace',
    file: 'src/store/pending-people.ts',
    find: "select pg_advisory_xact_lock(hashtextextended('clients ' || $1, 0))",
    replace: 'select length($1::text)',
    test: {
      file: 'src/clients/link.pg.test.ts',
      name: 'on postgres > twenty transactions that each link another booking',
    },
  },
  {
    name: 'slots are those of each process’s own clock',
    file: 'src/jobs/scheduler.ts',
    find: 'return timestampToMs((await db.clock()) as Timestamp);',
    replace: 'return clock.now();',
    test: { file: SCHEDULER, name: 'the slots are those of the database’s clock' },
  },
  {
    name: 'every process serves every slot',
    file: 'src/store/slots.ts',
    find: 'return count === 1;',
    replace: 'return count <= 1;',
    test: { file: SCHEDULER, name: 'serve each slot once, together and staggered' },
  },
  {
    name: 'an outage is caught up with twice',
    file: 'src/jobs/scheduler.ts',
    find: 'await claim(slot);',
    replace: '',
    test: { file: SCHEDULER, name: 'what a first run has caught up with is left alone' },
  },
];

/** Faults of belief: what no listing shows is taken for gone too early, too readily, or for ever. */
import type { Fault } from './fault.ts';

const ABSENCE = 'src/sync/absence.pg.test.ts';

export const absenceFaults: readonly Fault[] = [
  {
    name: 'a listing alone makes a meeting vanish',
    file: 'src/store/sightings.ts',
    find: 'set absent_since = $3 from meetings m',
    replace: 'set absent_since = $3, gone_at = $3, agreed_at = $3 from meetings m',
    test: { file: ABSENCE, name: 'vanishes after two direct reads ten minutes apart' },
  },
  {
    name: 'what slips between two pages is gone',
    file: 'src/store/sightings.ts',
    find: 'set absent_since = $3 from meetings m',
    replace: 'set absent_since = $3, gone_at = $3, agreed_at = $3 from meetings m',
    test: { file: 'src/sync/changes-between-pages.pg.test.ts', name: 'rows true, in world 2' },
  },
  {
    name: 'absence is believed at once, after one direct read',
    file: 'src/store/absence.ts',
    find: 'agreed_at = case when s.gone_at <= $4::timestamptz - ${BETWEEN} then $4 end',
    replace: 'agreed_at = $4',
    test: { file: ABSENCE, name: 'vanishes after two direct reads ten minutes apart' },
  },
  {
    name: 'a refusal counts as gone',
    file: 'src/sync/absence.ts',
    find: "if (error.class === 'gone') {",
    replace: "if (error.class !== 'temporary') {",
    test: { file: ABSENCE, name: 'stands however often a refusal answers the question' },
  },
  {
    name: 'there is no brake',
    file: 'src/sync/absence.ts',
    find: 'absent > mostAtOnce(await countStanding(context.db, owner)) ? absent : 0',
    replace: '0',
    test: { file: ABSENCE, name: 'are held back and told of, until a person accepts it' },
  },
  {
    name: 'the brake holds back what is just allowed (>= for >)',
    file: 'src/sync/absence.ts',
    find: 'absent > mostAtOnce(await',
    replace: 'absent >= mostAtOnce(await',
    test: { file: ABSENCE, name: 'vanish where they are ten, or a twentieth of all' },
  },
  {
    name: 'one connection speaks for all',
    file: 'src/store/absence.ts',
    find: 'o.meeting_id = s.meeting_id and o.agreed_at is null\n',
    replace: 'o.meeting_id = s.meeting_id and false\n',
    test: { file: ABSENCE, name: 'stands while another active connection still sees it' },
  },
  {
    name: 'what is shown again stays hidden',
    file: 'src/sync/apply.ts',
    find: 'for (const id of await reviveSeen(tx, observation.workspaceId, revive)) {',
    replace: 'for (const id of revive.uris.slice(revive.uris.length)) {',
    test: { file: ABSENCE, name: 'comes back with what users wrote when Calendly shows it again' },
  },
  {
    name: 'a direct read that shows it does not count for the next day',
    file: 'src/store/sightings.ts',
    find: "and (s.shown_at is null or s.shown_at < $3::timestamptz - interval '1 day')",
    replace: '',
    test: { file: ABSENCE, name: 'a direct read shows it, and is asked for once a day' },
  },
  {
    name: 'a listing that was pieced together is evidence',
    file: 'src/sync/listing.ts',
    find: 'if (!listing.pieced) {',
    replace: 'if (owner.at !== null) {',
    test: { file: 'src/sync/cuts.pg.test.ts', name: 'that ends in a redirect leaves rows' },
  },
  {
    name: 'a page that cannot be read ends the list in peace',
    file: 'src/calendly/pages.ts',
    find: "if (!envelope.success) throw new CalendlyError('calendly.shape');",
    replace: 'if (!envelope.success) return;',
    test: { file: 'src/sync/cuts.pg.test.ts', name: 'that ends in an empty object leaves rows' },
  },
  {
    name: 'a list that goes round in circles ends in peace',
    file: 'src/calendly/pages.ts',
    find: "if (nextToken !== null && seen.has(nextToken)) throw new CalendlyError('calendly.token_loop');",
    replace: 'if (nextToken !== null && seen.has(nextToken)) return;',
    test: {
      file: 'src/sync/upstream.pg.test.ts',
      name: '123: a token that leads to itself changes no row',
    },
  },
];

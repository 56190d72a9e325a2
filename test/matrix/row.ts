/** One row of the matrix: a route, what it is asked with, and what each caller gets for it. */

/** Who asks. `stranger` is the admin of another workspace, in which there is next to nothing. */
export type Asker = 'none' | 'expired' | 'stranger' | 'member' | 'admin';
export const ASKERS: readonly Asker[] = ['none', 'expired', 'stranger', 'member', 'admin'];

/** What an id may be of. */
export type Noun =
  | 'blocked'
  | 'client'
  | 'connection'
  | 'delivery'
  | 'document'
  | 'invitation'
  | 'invitee'
  | 'meeting'
  | 'member'
  /** A meeting's invitee, as `meeting/invitees/invitee`. */
  | 'place'
  | 'review'
  | 'run'
  | 'state'
  | 'subscription'
  | 'token';

/** Whose the id is: of the asker's own, of a colleague, of another workspace, nobody's, no id at all. */
export type Kind = 'own' | 'colleague' | 'foreign' | 'unknown' | 'malformed';
export const KINDS: readonly Kind[] = ['colleague', 'own', 'foreign', 'unknown', 'malformed'];

export interface NamedId {
  in: 'path' | 'query' | 'body';
  /** Parameter or field. */
  name: string;
  of: Noun;
}

export interface MatrixRow {
  /** Method and pattern, as the router knows them. */
  route: string;
  id?: NamedId;
  /** A second id, always of the asker's own; the stranger has it of somebody else. */
  also?: NamedId;
  query?: string;
  body?: unknown;
  headers?: Readonly<Record<string, string>>;
  /** What everybody gets, with and without a token. */
  anybody?: number;
  /** What who has no token gets; left out: 401. */
  none?: number;
  /** What each gets who is signed in, for his own ids where there are any. Without a good token: 401. */
  member?: number;
  admin?: number;
  /** The admin of another workspace, for a route without an id. */
  stranger?: number;
  /** What the member gets for a colleague's; left out: what he gets for his own. */
  colleague?: number;
  /** Instead of 404 for what is nobody's, and for what is no id. */
  missing?: { unknown: number; malformed: number };
  /** What shows that rows of other workspaces would come where no wall is: their ids, or other numbers. */
  shows?: 'rows' | 'numbers';
  /** The program compares workspaces in its own words too: without filter and wall it still finds nothing. */
  twice?: true;
  /** Answers without an end: read over a connection of its own. */
  stream?: true;
}

/** The status that the table wants. */
export function expectedStatus(
  row: MatrixRow,
  { asker, kind }: { asker: Asker; kind: Kind },
): number {
  const own = statusOfOwn(row, asker);
  if (row.id === undefined || asker === 'none' || own === 401 || own === 403) return own;
  const isTheirs = asker === 'stranger' && (kind === 'own' || kind === 'colleague');
  if (kind === 'malformed') return row.missing?.malformed ?? row.anybody ?? 404;
  if (isTheirs || kind === 'foreign' || kind === 'unknown') {
    return row.missing?.unknown ?? row.anybody ?? 404;
  }
  return kind === 'colleague' && asker === 'member' ? (row.colleague ?? own) : own;
}

function statusOfOwn(row: MatrixRow, asker: Asker): number {
  if (row.anybody !== undefined) return row.anybody;
  if (asker === 'none') return row.none ?? 401;
  if (asker === 'expired') return 401;
  const status = asker === 'stranger' ? (row.stranger ?? row.admin) : row[asker];
  if (status === undefined) throw new Error(`${row.route} does not say what a ${asker} gets`);
  return status;
}

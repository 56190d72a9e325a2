/** A row of the matrix as a request, and its answer. */
import type { Answer, MatrixProgram, Question } from './program.ts';
import type { Asker, Kind, MatrixRow, NamedId } from './row.ts';
import type { MatrixWorld } from './world.ts';

export interface Case {
  asker: Asker;
  kind: Kind;
}

export interface Asked extends Case {
  answer: Answer;
}

/** Asks as the row says. */
export async function askRow(
  world: MatrixWorld,
  program: MatrixProgram,
  { row, asker, kind }: Case & { row: MatrixRow },
): Promise<Asked> {
  const id = row.id === undefined ? undefined : await world.idOf(row.id.of, kind, asker);
  const also = row.also === undefined ? undefined : await world.idOf(row.also.of, 'own', asker);
  const question = questionOf(row, [
    { named: row.id, id },
    { named: row.also, id: also },
  ]);
  const headers = { ...world.authorization(asker), ...question.headers };
  const answer = await (row.stream === true
    ? readStream(program, { ...question, headers }, await world.newestNews(asker))
    : program.ask({ ...question, headers }));
  return { asker, kind, answer };
}

interface Naming {
  named: NamedId | undefined;
  id: string | undefined;
}

function questionOf(row: MatrixRow, namings: readonly Naming[]): Question {
  const [method = '', pattern = ''] = row.route.split(' ');
  let path = pattern;
  const query = row.query === undefined ? [] : [row.query];
  const fields: Record<string, string> = {};
  for (const { named, id } of namings) {
    if (named === undefined || id === undefined) continue;
    const { in: where, name } = named;
    if (where === 'path') path = path.replace(`:${name}`, encodeURI(id));
    if (where === 'query') query.push(`${name}=${encodeURIComponent(id)}`);
    if (where === 'body') fields[name] = id;
  }
  const body = Object.keys(fields).length === 0 ? row.body : { ...Object(row.body), ...fields };
  const words = query.join('&');
  return { method, path: words === '' ? path : `${path}?${words}`, headers: row.headers, body };
}

/** All that is kept, to the frame with this number. */
async function readStream(
  program: MatrixProgram,
  { path, headers }: Question,
  last: number,
): Promise<Answer> {
  const leaving = new AbortController();
  const {
    status,
    headers: got,
    body,
  } = await fetch(`${program.url}${path}`, {
    headers: { ...headers, 'last-event-id': '0' },
    signal: leaving.signal,
  });
  let text = '';
  const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
  for (let isOver = reader === undefined; !isOver;) {
    const { done, value = '' } = (await reader?.read()) ?? { done: true };
    text += value;
    isOver = done || text.includes(`id: ${last}\nevent:`);
  }
  leaving.abort();
  return { status, headers: Object.fromEntries(got), text };
}

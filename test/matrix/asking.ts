/** A row of the matrix as a request, and its answer. */
import type { Answer, MatrixProgram, Question } from './program.ts';
import type { Asker, Kind, MatrixRow } from './row.ts';
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
  const question = questionOf(row, id);
  const headers = { ...world.authorization(asker), ...question.headers };
  const answer = await (row.stream === true
    ? readStream(program, { ...question, headers }, await world.newestNews(asker))
    : program.ask({ ...question, headers }));
  return { asker, kind, answer };
}

function questionOf(row: MatrixRow, id: string | undefined): Question {
  const [method = '', pattern = ''] = row.route.split(' ');
  const name = row.id?.name ?? '';
  const named = id === undefined ? '' : encodeURIComponent(id);
  const path = row.id?.in === 'path' ? pattern.replace(`:${name}`, named) : pattern;
  const query = [row.query ?? '', row.id?.in === 'query' ? `${name}=${named}` : ''];
  const words = query.filter((part) => part !== '').join('&');
  const body = row.id?.in === 'body' ? { ...Object(row.body), [name]: id } : row.body;
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

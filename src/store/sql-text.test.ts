/** Telling statements apart: what looks like SQL inside comments, strings and bodies is none. */
import { describe, expect, test } from 'vitest';
import { outlineStatements } from './sql-text.ts';

describe('a script', () => {
  test.each([
    ['statements end at semicolons', 'select 1; SELECT 2;', ['select 1', 'select 2']],
    ['empty statements are none', ';; \n ;', []],
    ['comments are none', '-- commit;\nselect /* ; /* begin; */ rollback */ x', ['select x']],
    ['strings are one piece', `select 'it''s; commit', E'\\'; commit'`, [`select '' , ''`]],
    ['quoted names stay as written', 'create table "A;B" ()', ['create table "A;B" ( )']],
    ['bodies are one piece', 'do $$ begin; commit; $$; end', [`do ''`, 'end']],
    ['bodies with a name too', 'do $x$ $$ ; $$ $x$; next', [`do ''`, 'next']],
    ['a parameter is no body', 'select $1; select $2', ['select $ 1', 'select $ 2']],
    ['an unfinished comment ends with the text', 'a; /* b; c', ['a']],
  ])('%s', (_, sql, expected) => {
    expect(outlineStatements(sql)).toEqual(expected);
  });
});

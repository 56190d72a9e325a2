/** What takes the filter away: every spelling of it, and nothing else. */
import { describe, expect, it } from 'vitest';
import { withoutFilter } from './no-filter.ts';

describe('a statement without its filter', () => {
  it.each([
    ['select 1 from clients where workspace_id = $1', '($1::uuid is not null)'],
    ['select 1 from clients c where c.workspace_id=$2 and id = $1', '($2::uuid is not null) and'],
    ['where workspace_id = $12::uuid and x', '($12::uuid is not null) and x'],
    ['update workspaces set name = $2 where id = $1', 'where ($1::uuid is not null)'],
    ['join users u on u.workspace_id = s.workspace_id', 'u.workspace_id = s.workspace_id'],
    ['on conflict (workspace_id, id) do nothing', 'on conflict (workspace_id, id) do nothing'],
    ['insert into feed (workspace_id, number) select $1', '(workspace_id, number) select $1'],
  ])('%s', (text, part) => {
    expect(withoutFilter(text)).toContain(part);
  });

  it.each([
    'where workspace_id = any($1::uuid[])',
    'where workspace_id in ($1, $2)',
    'where (d.workspace_id, d.id) = ($1, $2)',
    'where (workspace_id, id) in (select 1, 2)',
  ])('%s is not let through as it is', (text) => {
    expect(() => withoutFilter(text)).toThrow('still filters');
  });
});

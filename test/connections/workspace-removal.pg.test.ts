/** Deleting a workspace: nobody gets in at once, nothing of it is left, nothing of another's is touched. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { finishRemovals, removeWorkspace } from '../../src/app/removing-workspace.ts';
import { OF_WORKSPACE } from '../../src/store/workspace-removal.ts';
import { type Stage, startStage } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
  await stage.link(stage.member, { token: stage.tokenOf('member') });
  await stage.link(stage.foreigner, { token: stage.tokenOf('host'), scope: 'organization' });
});
afterAll(() => stage.close());

async function walled(): Promise<string[]> {
  const rows = await stage.rows('select name from walled_tables order by 1');
  return rows.map(({ name }) => String(name));
}

/** How many rows of each table a workspace has. */
async function census(workspaceId: string): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const table of await walled()) {
    const key = table === 'workspaces' ? 'id' : 'workspace_id';
    const sql = `select count(*)::int as n from ${table} where ${key} = $1`;
    const n = Number((await stage.rows(sql, [workspaceId]))[0]?.['n']);
    if (n > 0) counts[table] = n;
  }
  return counts;
}

/** Subscriptions that are there at Calendly. */
const standing = (): number =>
  [...stage.simulator.world.subscriptions.values()].filter(({ gone }) => !gone).length;

test('every table that has a workspace is emptied', async () => {
  const kept = ['workspaces', 'document_blobs'];
  expect((await walled()).filter((table) => !kept.includes(table))).toEqual(
    [...OF_WORKSPACE].toSorted(),
  );
});

test('it takes an admin and the exact name', async () => {
  const remove = (as: Stage['admin'], confirm: string) =>
    stage.ask(`/api/workspace?confirm=${confirm}`, { as, method: 'DELETE' });
  expect((await remove(stage.member, 'Workspace')).status).toBe(403);
  expect(await remove(stage.foreigner, 'workspace')).toMatchObject({
    status: 400,
    body: { errors: [{ field: 'confirm' }] },
  });
});

test('nothing of it is left, here or at Calendly, and all of the other', async () => {
  const { workspaceId } = stage.foreigner.user;
  const { body } = await stage.ask('/api/workspace', {
    as: stage.foreigner,
    method: 'PATCH',
    json: { name: 'To be gone' },
  });
  expect(body).toEqual({ id: workspaceId, name: 'To be gone' });
  expect(Object.keys(await census(workspaceId)).length).toBeGreaterThan(12);
  const other = await census(stage.admin.user.workspaceId);
  const subscriptions = standing();

  const path = `/api/workspace?confirm=${encodeURIComponent('To be gone')}`;
  expect((await stage.ask(path, { as: stage.foreigner, method: 'DELETE' })).status).toBe(202);
  expect((await stage.ask('/api/meetings', { as: stage.foreigner })).status).toBe(401);
  await finishRemovals(stage.core);
  expect(await census(workspaceId)).toEqual({});
  expect(standing()).toBeLessThan(subscriptions);
  expect(await census(stage.admin.user.workspaceId)).toEqual(other);
});

test('what was interrupted goes on where it was', async () => {
  const { workspaceId } = stage.admin.user;
  await removeWorkspace(stage.core, workspaceId);
  const lost = AbortSignal.abort(new Error('The process is stopping'));
  await expect(finishRemovals(stage.core, lost)).rejects.toThrow('stopping');
  expect(await census(workspaceId)).toMatchObject({ workspaces: 1 });
  expect((await stage.ask('/api/auth/me', { as: stage.admin })).status).toBe(401);
  await finishRemovals(stage.core);
  expect(await census(workspaceId)).toEqual({});
});

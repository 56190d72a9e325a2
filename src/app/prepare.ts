/** From an open database to one that is ready for work: migrated, with a first admin and the environment's connection. */
import { adoptEnvironmentToken, ensureFirstAdmin } from '../accounts/environment.ts';
import type { CalendlyUser } from '../domain/account.ts';
import { AppError } from '../domain/errors.ts';
import { CalendlyError } from '../calendly/errors.ts';
import { fetchUser } from '../sync/account.ts';
import { claimInstallation } from '../store/installation.ts';
import type { Core } from './core.ts';
import { environmentDeps } from './sync-runner.ts';
import { hostname } from 'node:os';

/** How long a start waits for Calendly to tell whose a changed token is. */
const PATIENCE_MS = 5000;

/** Migrates and brings the environment's connection in step. Idempotent; safe in several processes at once. */
export async function prepare(core: Core): Promise<void> {
  for (const file of await core.migrate()) core.log.info('Applied a migration', { file });
  await refuseForeignSecrets(core);
  const { token, adminEmail } = core.mode;
  if (adminEmail !== undefined) {
    await core.db.tx((tx) => ensureFirstAdmin(tx, core.ids, adminEmail));
  }
  const adopted = await adoptEnvironmentToken(environmentDeps(core), token, () => whose(core));
  if (!adopted) {
    core.log.warn(
      'CALENDLY_PERSONAL_ACCESS_TOKEN is not used: its connection was unlinked; link it again to use it',
    );
  }
}

/** Whose the environment's token is; null where Calendly cannot be asked now or refuses it. */
async function whose(core: Core): Promise<CalendlyUser | null> {
  const { token } = core.mode;
  if (token === null) return null;
  const late = new AbortController();
  const cancel = core.clock.after(PATIENCE_MS, () => late.abort(new Error('Calendly was slow')));
  const client = core.clients.clientForToken(token.token, late.signal);
  try {
    return await fetchUser({ calendly: client.calendly });
  } catch (error) {
    if (error instanceof CalendlyError || late.signal.aborted) return null;
    throw error;
  } finally {
    cancel();
    await client.close();
  }
}

/** Hosts that share a database need the same secrets: generated ones are refused on a second host. */
async function refuseForeignSecrets(core: Core): Promise<void> {
  if (core.db.engine === 'pglite') return;
  const { fingerprint, generated } = core.secrets;
  const claim = { fingerprint, host: hostname(), generated };
  const first = await core.db.tx((tx) => claimInstallation(tx, claim));
  if (first.fingerprint === fingerprint) return;
  throw new AppError({
    kind: 'conflict',
    code: 'secrets.differ',
    message:
      `This database belongs to an installation with other secrets (first used on host "${first.host}"). ` +
      'Processes that share a database need the same JWT_SECRET and ENCRYPTION_KEYS.',
    action: generated
      ? 'Set JWT_SECRET and ENCRYPTION_KEYS to the same values everywhere, or use the same DATA_DIR.'
      : 'Set JWT_SECRET and ENCRYPTION_KEYS to the values that the other processes have.',
  });
}

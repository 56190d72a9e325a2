/** Facts that one installation keeps about itself. */
import type { Tx } from './db.ts';

export interface SecretsClaim {
  fingerprint: string;
  host: string;
  generated: boolean;
}

/**
 * Records with which secrets this database is used, the first time; answers what was recorded. Secrets
 * set on purpose replace a record: that is how they are changed.
 */
export async function claimInstallation(tx: Tx, claim: SecretsClaim): Promise<SecretsClaim> {
  await tx.query(
    `insert into installation (key, value) values ('secrets', $1::jsonb)
     on conflict (key) do update set value = excluded.value
     where not (excluded.value ->> 'generated')::boolean`,
    [JSON.stringify(claim)],
  );
  const { rows } = await tx.query<{ value: SecretsClaim }>(
    `select value from installation where key = 'secrets'`,
  );
  return rows[0]?.value ?? claim;
}

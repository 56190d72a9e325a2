/** A proof as the row that remembers it. */
import type { AppError } from '../domain/errors.ts';
import type { Connection } from '../store/connections.ts';
import { type DriftCheck, insertDriftCheck, type ProofTrigger } from '../store/drift-checks.ts';
import type { Tenants } from '../store/tenants.ts';
import type { Proof } from './verify.ts';

/** Writes one proof that began at `checkedAt`; `repaired`: what it found was mended. */
export type Recorder = (checkedAt: string, proof: Proof, repaired?: boolean) => Promise<void>;

export function recorderOf(
  deps: {
    tenants: Tenants;
    newId: () => string;
    recorded?: ((check: DriftCheck) => void) | undefined;
  },
  connection: Pick<Connection, 'workspace_id' | 'id'>,
  trigger: ProofTrigger,
): Recorder {
  return async (checkedAt, proof, repaired = false) => {
    const { complete, checked, missing, extra, different, requests, error } = proof;
    const check: DriftCheck = {
      workspace_id: connection.workspace_id,
      id: deps.newId(),
      connection_id: connection.id,
      trigger,
      checked_at: checkedAt,
      complete,
      meetings_checked: checked.meetings,
      invitees_checked: checked.invitees,
      missing,
      extra,
      different,
      requests,
      repaired,
      error_code: error?.code ?? null,
      error_message: error?.message ?? null,
      error_action: error?.action ?? null,
    };
    await insertDriftCheck(deps.tenants.of(check.workspace_id), check);
    deps.recorded?.(check);
  };
}

/** What a proof says that could not begin. */
export function nothingProven(error: AppError): Proof {
  const checked = { meetings: 0, invitees: 0 };
  return { complete: false, checked, missing: [], extra: [], different: [], requests: 0, error };
}

/** Proofs of several connections as one answer. */
import type { Proof } from './verify.ts';

/** `verify`'s JSON (contract §1). */
export type DriftSum = Omit<Proof, 'error'>;

/** Adds up; what two connections of one meeting both found is named once. */
export function sumDrift(proofs: readonly DriftSum[]): DriftSum {
  const different = new Map(
    proofs.flatMap((proof) => proof.different.map((one) => [one.uri, one])),
  );
  return {
    complete: proofs.every((proof) => proof.complete),
    checked: {
      meetings: proofs.reduce((sum, proof) => sum + proof.checked.meetings, 0),
      invitees: proofs.reduce((sum, proof) => sum + proof.checked.invitees, 0),
    },
    missing: [...new Set(proofs.flatMap((proof) => proof.missing))],
    extra: [...new Set(proofs.flatMap((proof) => proof.extra))],
    different: [...different.values()],
    requests: proofs.reduce((sum, proof) => sum + proof.requests, 0),
  };
}

/** All planted faults, in the order in which they are tried. */
import type { Fault } from './fault.ts';
import { absenceFaults } from './faults-absence.ts';
import { otherFaults } from './faults-around.ts';
import { documentFaults } from './faults-documents.ts';
import { rowFaults } from './faults-rows.ts';

export const faults: readonly Fault[] = [
  ...absenceFaults,
  ...rowFaults,
  ...documentFaults,
  ...otherFaults,
];

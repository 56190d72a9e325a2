/** Where news of Calendly came from and when: what the staleness rule decides by. */

/** `list`: a row of a listing; `get`: a direct read; `delivery`: a webhook's payload. */
export type ObservationSource = 'list' | 'get' | 'delivery';

export interface Observation {
  workspaceId: string;
  connectionId: string;
  source: ObservationSource;
  /** Database clock before the request was sent; for a delivery the time of receipt. */
  readStartedAt: string;
}

/** What applying one item did to its row. */
export type Change = 'created' | 'updated' | 'canceled' | 'unchanged' | 'stale';

export interface ChangeCounts {
  created: number;
  updated: number;
  canceled: number;
  unchanged: number;
  vanished: number;
}

export const NO_CHANGES: ChangeCounts = {
  created: 0,
  updated: 0,
  canceled: 0,
  unchanged: 0,
  vanished: 0,
};

/** What Calendly allows a connection, as it was when last looked at. */

/**
 * `ok` · `limited` the role or plan gives less, and the sync does without · `missing` another token would mend it ·
 * `unknown` Calendly could not tell.
 */
export type PreflightState = 'ok' | 'limited' | 'missing' | 'unknown';

export interface PreflightCheck {
  check: string;
  state: PreflightState;
  detail: string;
  /** What does not work without it; null where nothing is lost. */
  costs: string | null;
  /** How to mend it. */
  action: string | null;
}

export interface Preflight {
  checked_at: string;
  scope: 'user' | 'organization';
  user: { uri: string; name: string | null; email: string };
  organization: {
    uri: string;
    name: string | null;
    plan: string | null;
    stage: string | null;
  } | null;
  /** In the organization: `owner`, `admin`, `user`; null where it cannot be seen. */
  role: string | null;
  /** By the request limit and the organization's stage. */
  tier: 'free' | 'trial' | 'paid' | null;
  requests_limit: number | null;
  checks: PreflightCheck[];
}

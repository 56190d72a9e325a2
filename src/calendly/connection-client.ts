/** A client together with the request budget that it draws on. */
import type { CalendlyClient } from './client.ts';

export interface ConnectionClient {
  calendly: CalendlyClient;
  /** Calendly's limit a minute, what is left of it, and what we used in the last 60 s. */
  budget(): { limit: number | null; left: number | null; used: number };
  close(): Promise<void>;
}

/** One row of the settings table, and what a parser answers. */

export type Group =
  | 'Calendly'
  | 'Database and files'
  | 'Server'
  | 'Demo'
  | 'Sync'
  | 'Sign-in and keys'
  | 'Documents'
  | 'Retention'
  | 'Alerts and metrics'
  | 'Log';

/** What a parser makes of a text: a value, or a fault in words that never repeat the text. */
export type Read<T> = { ok: true; value: T } | { ok: false; fault: string };

export interface Setting<T = unknown> {
  name: string;
  group: Group;
  /** Secrets may come as `NAME_FILE`, are never printed, and have no default. */
  secret: boolean;
  /** One sentence for `.env.example` and the settings page. */
  doc: string;
  /** What stands in `.env.example`: the default, else an example. */
  example: string;
  /** The default as text, read by the same parser; null: none. */
  fallback: string | null;
  parse: (text: string) => Read<T>;
}

export interface DefaultedSetting<T> extends Setting<T> {
  fallback: string;
}

export function good<T>(value: T): Read<T> {
  return { ok: true, value };
}

export function bad(fault: string): { ok: false; fault: string } {
  return { ok: false, fault };
}

/** A setting that may be missing. */
export function optional<T>(row: Omit<Setting<T>, 'fallback' | 'secret'>): Setting<T> {
  return { ...row, secret: false, fallback: null };
}

/** A secret that may be missing. */
export function secret<T>(row: Omit<Setting<T>, 'fallback' | 'secret'>): Setting<T> {
  return { ...row, secret: true, fallback: null };
}

/** A setting with a default, given as the text that its own parser reads. */
export function defaulted<T>(
  row: Omit<Setting<T>, 'fallback' | 'secret' | 'example'> & { fallback: string },
): DefaultedSetting<T> {
  return { ...row, secret: false, example: row.fallback };
}

/** Reads settings out of an environment and collects every fault instead of stopping at the first. */
import type { ErrorDetail } from '../domain/errors.ts';
import type { DefaultedSetting, Setting } from './setting.ts';

export type Env = Readonly<Record<string, string | undefined>>;

export interface Reader {
  /** The value of a setting, null where it is missing or faulty. */
  maybe<T>(row: Setting<T>): T | null;
  /** The value of a setting with a default, the default where it is missing or faulty. */
  value<T>(row: DefaultedSetting<T>): T;
  /** The text given for a setting, from the variable or its file; undefined where there is none. */
  text(row: Setting): string | undefined;
  fault(name: string, message: string): void;
  warn(sentence: string): void;
  readonly faults: readonly ErrorDetail[];
  readonly warnings: readonly string[];
}

/**
 * A reader over `env`. An empty variable counts as not set (container files write `NAME=`).
 * `readFile` gives the text of a `NAME_FILE`; one line end at its end is cut.
 */
export function createReader(env: Env, readFile: (path: string) => string): Reader {
  const faults: ErrorDetail[] = [];
  const warnings: string[] = [];
  const texts = new Map<string, string | undefined>();
  const fault = (field: string, message: string): void => {
    if (!faults.some((known) => known.field === field)) faults.push({ field, message });
  };

  function find(row: Setting): string | undefined {
    const plain = env[row.name] || undefined;
    const path = row.secret ? env[`${row.name}_FILE`] || undefined : undefined;
    if (path === undefined) return plain;
    if (plain !== undefined) {
      fault(row.name, `is set twice: here and by ${row.name}_FILE`);
      return undefined;
    }
    try {
      const text = readFile(path).replace(/\r?\n$/, '');
      if (text === '') fault(`${row.name}_FILE`, 'names an empty file');
      return text || undefined;
    } catch {
      fault(`${row.name}_FILE`, 'names a file that cannot be read');
      return undefined;
    }
  }

  function text(row: Setting): string | undefined {
    if (!texts.has(row.name)) texts.set(row.name, find(row));
    return texts.get(row.name);
  }

  function maybe<T>(row: Setting<T>): T | null {
    const given = text(row);
    if (given === undefined) return null;
    const read = row.parse(given);
    if (read.ok) return read.value;
    fault(row.name, read.fault);
    return null;
  }

  function value<T>(row: DefaultedSetting<T>): T {
    const given = maybe(row);
    if (given !== null) return given;
    const read = row.parse(row.fallback);
    if (read.ok) return read.value;
    throw new Error(`The default of ${row.name} is wrong: it ${read.fault}`);
  }

  return {
    maybe,
    value,
    text,
    fault,
    warn: (sentence) => void warnings.push(sentence),
    faults,
    warnings,
  };
}

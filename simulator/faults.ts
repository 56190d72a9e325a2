/** Faults as data: which requests go wrong, how often, and in which way. */
import { z } from 'zod';

const headers = z.record(z.string(), z.string());

const THEN = z.union([
  /** Answers this status instead; `body` may be any JSON, or text. */
  z.strictObject({
    status: z.int().min(200).max(599),
    headers: headers.optional(),
    body: z.json().optional(),
    delayMs: z.int().min(0).optional(),
  }),
  /** The true answer, later. */
  z.strictObject({ delayMs: z.int().min(0) }),
  /** The true answer with its whole length announced, but the connection ends after so many bytes of the body. */
  z.strictObject({ cut: z.int().min(0) }),
  /** The connection is reset before any answer. */
  z.strictObject({ reset: z.literal(true) }),
  /** No answer, ever. */
  z.strictObject({ hang: z.literal(true) }),
  /** A challenge page of a proxy with status 200. */
  z.strictObject({ html: z.literal(true) }),
  /** These bytes (UTF-8) with status 200. */
  z.strictObject({ raw: z.string(), headers: headers.optional() }),
  /** The true answer, so many bytes of it at a time. */
  z.strictObject({
    drip: z.strictObject({ bytes: z.int().min(1), everyMs: z.int().min(0) }),
  }),
]);

export const FAULT = z.strictObject({
  /** The start of a path; a regular expression where it begins with `^`. */
  path: z.string().min(1).refine(isPath, 'is no path and no regular expression'),
  method: z.enum(['GET', 'POST', 'DELETE']).optional(),
  /** Only requests whose query holds this text. */
  query: z.string().optional(),
  /** How many matching requests go well first. */
  after: z.int().min(0).optional(),
  /** How many go wrong then; left out: all. */
  times: z.int().min(1).optional(),
  // oxlint-disable-next-line unicorn/no-thenable -- it is data, never a function
  then: THEN,
});

export type Fault = z.infer<typeof FAULT>;
export type FaultAction = z.infer<typeof THEN>;

export interface Faults {
  /** Replaces the whole list. */
  set(faults: readonly Fault[]): void;
  add(fault: Fault): void;
  clear(): void;
  /** The list with how often each fault was met and how often it struck. */
  list(): { fault: Fault; met: number; struck: number }[];
  /** What shall go wrong with this request; counts it. The first fault in the list that strikes wins. */
  strike(method: string, path: string, query: string): FaultAction | undefined;
}

function isPath(text: string): boolean {
  if (text.startsWith('/')) return true;
  return text.startsWith('^') && canCompile(text);
}

function canCompile(text: string): boolean {
  try {
    return new RegExp(text) instanceof RegExp;
  } catch {
    // @NOTE A pattern that does not compile is the answer "no" itself.
    return false;
  }
}

/** An empty list of faults. `set` and `add` throw a ZodError for a fault that is none. */
export function createFaults(): Faults {
  let entries: { fault: Fault; met: number; struck: number }[] = [];
  const toEntry = (fault: Fault): (typeof entries)[number] => ({
    fault: FAULT.parse(fault),
    met: 0,
    struck: 0,
  });
  return {
    set: (faults) => void (entries = faults.map(toEntry)),
    add: (fault) => void entries.push(toEntry(fault)),
    clear: () => void (entries = []),
    list: () => structuredClone(entries),
    strike(method, path, query) {
      let action: FaultAction | undefined;
      for (const entry of entries) {
        const { fault } = entry;
        if (!matches(fault, method, path) || !query.includes(fault.query ?? '')) continue;
        entry.met += 1;
        const isDue = entry.met > (fault.after ?? 0) && entry.struck < (fault.times ?? Infinity);
        if (!isDue || action !== undefined) continue;
        entry.struck += 1;
        action = fault.then;
      }
      return action;
    },
  };
}

function matches(fault: Fault, method: string, path: string): boolean {
  if (fault.method !== undefined && fault.method !== method) return false;
  return fault.path.startsWith('^')
    ? new RegExp(fault.path).test(path)
    : path.startsWith(fault.path);
}

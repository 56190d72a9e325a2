/** The log: a constant sentence and fields, as JSON lines for machines or as plain lines for people. */
import pino from 'pino';
import { describeError } from '../domain/errors.ts';
import { escapeControls, renderPretty } from './log-pretty.ts';
import { systemClock, toRfc3339, type Clock } from './time.ts';

/** Data beside the sentence: ids and numbers, never people's data; an Error shows name, code, message. */
export type Fields = Readonly<Record<string, unknown>>;

export type LogMethod = (sentence: string, fields?: Fields) => void;

export interface Log {
  trace: LogMethod;
  debug: LogMethod;
  info: LogMethod;
  warn: LogMethod;
  error: LogMethod;
  fatal: LogMethod;
  /** A log whose lines carry `logger: name`, and `fields` where given. */
  child(name: string, fields?: Fields): Log;
}

export interface LogOptions {
  level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';
  format: 'pretty' | 'json';
  /** Takes each finished line with its line end; `standardOutput()` of base/output, or a test's array. */
  write: (line: string) => void;
  clock?: Pick<Clock, 'now'>;
}

/** Names that a line has of its own; a field of that name gets an underscore behind it. */
const OWN = new Set(['level', 'time', 'msg', 'logger']);

/**
 * Makes the log. `json`: `{"level","time" (RFC 3339 UTC),…fields,"msg"}`; `pretty`:
 * `HH:MM:SS sentence  key=value` in local time. The sentence stands in both exactly as given, but
 * for control characters, which are escaped: nobody's name can forge a line.
 */
export function createLog(options: LogOptions): Log {
  const { level, format, write, clock = systemClock } = options;
  const line = format === 'pretty' ? renderPretty : escapeControls;
  const root = pino(
    {
      level,
      base: null,
      serializers: { err: (value: unknown) => value },
      timestamp: () => `,"time":"${toRfc3339(clock.now())}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: (json: string) => write(`${line(json.trimEnd())}\n`) },
  );
  return withFields(root, {});
}

/** A log that says nothing, for callers that need one and tests that do not look. */
export const silentLog: Log = createLog({ level: 'silent', format: 'json', write: () => {} });

function withFields(root: pino.Logger, inherited: Fields): Log {
  const method =
    (level: pino.Level): LogMethod =>
    (sentence, fields) => {
      if (root.isLevelEnabled(level)) root[level]({ ...inherited, ...plain(fields) }, sentence);
    };
  return {
    trace: method('trace'),
    debug: method('debug'),
    info: method('info'),
    warn: method('warn'),
    error: method('error'),
    fatal: method('fatal'),
    child: (name, fields) => withFields(root, { ...inherited, ...plain(fields), logger: name }),
  };
}

function plain(fields: Fields = {}): Fields {
  const safe: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(fields)) {
    safe[OWN.has(key) ? `${key}_` : key] = value instanceof Error ? describeError(value) : value;
  }
  return safe;
}

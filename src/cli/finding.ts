/** One line of `doctor`: what was looked at, how it stands, and what to do about it. */
import { CalendlyError } from '../calendly/errors.ts';
import { AppError, describeError } from '../domain/errors.ts';

export interface Finding {
  check: string;
  ok: boolean;
  detail: string;
  action: string | null;
}

export function good(check: string, detail: string): Finding {
  return { check, ok: true, detail, action: null };
}

/** What `work` says of the check; a fault where it throws, with what its error says to do. */
export async function attempt(check: string, work: () => Promise<string>): Promise<Finding> {
  try {
    return good(check, await work());
  } catch (error) {
    if (error instanceof AppError) {
      const about = error instanceof CalendlyError ? ` (${error.class})` : '';
      return { check, ok: false, detail: `${error.message}${about}`, action: error.action ?? null };
    }
    const { name, code } = describeError(error);
    return { check, ok: false, detail: `${name} (${code})`, action: null };
  }
}

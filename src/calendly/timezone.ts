/** Which time zone names this machine's ICU knows, legacy ones (`Asia/Calcutta`) included. */

const known = new Map<string, boolean>();
/** More names than there are zones: beyond it somebody invents them, and nothing is remembered. */
const MOST_REMEMBERED = 1000;

/** Whether `name` can be used to show a time; unknown names are stored and shown in UTC. */
export function isKnownTimezone(name: string): boolean {
  const remembered = known.get(name);
  if (remembered !== undefined) return remembered;
  const answer = isAccepted(name);
  if (known.size < MOST_REMEMBERED) known.set(name, answer);
  return answer;
}

function isAccepted(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    // @NOTE a RangeError is how Intl says no
    return false;
  }
}

/** Access tokens of connections made by OAuth: renewed in time, by one process at a time, the pair stored before use. */
import type { Keyring } from '../base/box.ts';
import type { Clock } from '../base/time.ts';
import { CalendlyError } from '../calendly/errors.ts';
import { type OAuthClient, type TokenPair, TOKENS_A_MINUTE } from '../calendly/oauth.ts';
import { refreshPlace, tokenPlace } from '../domain/sealed-places.ts';
import { type Timestamp, timestampToMs } from '../domain/timestamp.ts';
import type { Db, Sql } from '../store/db.ts';
import { endGrant, readTokens, saveTokens } from '../store/oauth.ts';

export interface OAuthTokens {
  /**
   * An access token that lives for another minute; another one than `refused`, which Calendly did not accept.
   * Throws `calendly.grant_ended` where the chain is over, `calendly.token_limit` beyond eight a minute.
   */
  access(connectionId: string, signal: AbortSignal, refused?: string): Promise<string>;
  /** Ends the chain at Calendly. */
  revoke(connectionId: string, signal: AbortSignal): Promise<void>;
  /** Forgets what was held in memory. */
  forget(connectionId: string): void;
  /** Waits until no token is being renewed: one that is broken off would be lost. Never rejects. */
  settle(): Promise<void>;
}

export interface OAuthTokenDeps {
  db: Db;
  clock: Clock;
  keyring: Keyring;
  oauth: OAuthClient;
}

const MARGIN_MS = 90_000;
/** The pair is worth more than one try: without it the chain is lost. */
const SAVE_TRIES = 3;

interface Known {
  access: string;
  expiresMs: number;
}

type Outcome = { known: Known } | { ended: CalendlyError };

export function createOAuthTokens(deps: OAuthTokenDeps): OAuthTokens {
  const { db, clock, keyring, oauth } = deps;
  const cache = new Map<string, Known>();
  const underWay = new Map<string, Promise<Known>>();

  return {
    async access(id, signal, refused) {
      const cached = cache.get(id);
      const isGood = cached !== undefined && cached.expiresMs - clock.now() > MARGIN_MS;
      if (isGood && cached.access !== refused) return cached.access;
      signal.throwIfAborted();
      const { access } = await unlessAborted(underWay.get(id) ?? begin(id, refused), signal);
      return access;
    },
    async revoke(id, signal) {
      const row = await readTokens(db, id, { at: await db.clock(), lock: 'free' });
      if (row?.refresh_sealed === undefined || row.refresh_sealed === null) return;
      await oauth.revoke(keyring.open(row.refresh_sealed, refreshPlace(id)), signal);
    },
    forget: (id) => void cache.delete(id),
    async settle() {
      await Promise.allSettled(underWay.values());
    },
  };

  /** Whoever asked may go; a renewal that was begun goes on to its end. */
  function begin(id: string, refused: string | undefined): Promise<Known> {
    const renewing = renew(id, refused)
      .then((known) => {
        cache.set(id, known);
        return known;
      })
      .finally(() => underWay.delete(id));
    underWay.set(id, renewing);
    return renewing;
  }

  async function renew(id: string, refused: string | undefined): Promise<Known> {
    // once Calendly has answered, a transaction that is tried again must not ask a second time
    let won: TokenPair | null = null;
    const work = async (sql: Sql, lock: 'locked' | 'free'): Promise<Outcome> => {
      const at = await sql.clock();
      if (won === null) {
        const found = await look(sql, { id, at, lock, refused });
        if (typeof found !== 'string') return { known: found };
        try {
          won = await oauth.refresh(found);
        } catch (error) {
          if (!isEnd(error)) throw error;
          const { code, message, action = null } = error;
          await endGrant(sql, id, { at, code, message, action });
          return { ended: error };
        }
      }
      return { known: await keep(sql, id, { pair: won, at }) };
    };
    const outcome = await attempt(work, () => won !== null);
    if ('ended' in outcome) throw outcome.ended;
    return outcome.known;
  }

  /** On PGlite, which is one process's, a transaction would hold up everything while Calendly answers. */
  async function attempt(
    work: (sql: Sql, lock: 'locked' | 'free') => Promise<Outcome>,
    hasWon: () => boolean,
  ): Promise<Outcome> {
    for (let tries = 1; ; tries += 1) {
      try {
        if (db.engine === 'pglite') return await work(db, 'free');
        return await db.tx((tx) => work(tx, 'locked'));
      } catch (error) {
        if (!hasWon() || tries === SAVE_TRIES) throw error;
      }
    }
  }

  /** A token that is good as it is, or the refresh token to ask with. */
  async function look(
    sql: Sql,
    asked: { id: string; at: string; lock: 'locked' | 'free'; refused: string | undefined },
  ): Promise<Known | string> {
    const { id } = asked;
    const row = await readTokens(sql, id, asked);
    const access =
      row === undefined || row.token_sealed === null
        ? undefined
        : keyring.open(row.token_sealed, tokenPlace(id));
    // another process was faster
    if (row?.is_fresh === true && access !== undefined && access !== asked.refused) {
      return { access, expiresMs: msOf(row.access_expires_at) };
    }
    if (row?.refresh_sealed === undefined || row.refresh_sealed === null) {
      throw new CalendlyError('calendly.grant_ended');
    }
    if (row.recent >= TOKENS_A_MINUTE) throw new CalendlyError('calendly.token_limit');
    return keyring.open(row.refresh_sealed, refreshPlace(id));
  }

  async function keep(
    sql: Sql,
    id: string,
    { pair, at }: { pair: TokenPair; at: string },
  ): Promise<Known> {
    const expiresAt = await saveTokens(sql, id, {
      tokenSealed: keyring.seal(pair.access, tokenPlace(id)),
      refreshSealed: keyring.seal(pair.refresh, refreshPlace(id)),
      expiresIn: pair.expiresIn,
      at,
    });
    // unlinked meanwhile
    if (expiresAt === undefined) throw new CalendlyError('calendly.grant_ended');
    return { access: pair.access, expiresMs: msOf(expiresAt) };
  }
}

/** What `work` says, or the signal's reason; `work` itself is not kept from its end. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

function msOf(time: string | null): number {
  return time === null ? 0 : timestampToMs(time as Timestamp);
}

function isEnd(error: unknown): error is CalendlyError {
  return error instanceof CalendlyError && error.code === 'calendly.grant_ended';
}

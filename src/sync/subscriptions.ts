/** Webhook subscriptions that keep themselves: made, watched each cycle, replaced, never doubled. */
import { CalendlyError } from '../calendly/errors.ts';
import { type Timestamp, timestampToMs } from '../domain/timestamp.ts';
import {
  findSubscriptionOwner,
  insertSubscription,
  listRefusals,
  listSubscriptions,
  type Refusal,
  saveRefusal,
  saveSubscription,
  type Subscription,
} from '../store/subscriptions.ts';
import { ownerOf, type RunContext } from './lease.ts';
import {
  createSubscription,
  deleteSubscription,
  fetchSubscriptions,
  type SubscriptionQuery,
} from './subscription-calls.ts';
import {
  type ListedSubscription,
  type Step,
  stepFor,
  type SubscriptionScope,
  subscriptionScope,
  variantsOf,
  type WantedSubscription,
  wantedSubscriptions,
} from './subscription-plan.ts';

export interface SubscriptionDeps {
  /** `PUBLIC_URL` + `/api/calendly/webhook/`. */
  callbackPrefix: string;
  sealKey(subscriptionId: string, key: string): string;
  makeKey(): string;
}

/** What a cycle did to the subscriptions of a connection. */
export interface SubscriptionReport {
  created: number;
  replaced: number;
  removed: number;
  /** Families that Calendly has just refused, and why, in words. */
  refused: { family: string; message: string }[];
}

/** How long a replaced subscription's key still counts: Calendly retries for 24 hours. */
const OVERLAP_MS = 25 * 3_600_000;
/** A refusal is asked about again once a day; plans and roles change rarely. */
const REFUSAL_MS = 24 * 3_600_000;

/**
 * Brings the subscriptions of `context.connection` in order: one list request where all is well, none where
 * Calendly has refused everything. Runs inside a run, so never twice at once for one connection. Only
 * subscriptions that we stored, or whose URL begins with our prefix, are ever touched. Throws
 * `CalendlyError` for what passes by itself and for a dead token.
 */
export async function keepSubscriptions(
  context: RunContext,
  deps: SubscriptionDeps,
): Promise<SubscriptionReport> {
  const keeper = new Keeper(context, deps);
  await keeper.keep();
  return keeper.report;
}

class Keeper {
  readonly report: SubscriptionReport = { created: 0, replaced: 0, removed: 0, refused: [] };
  readonly #context: RunContext;
  readonly #deps: SubscriptionDeps;
  readonly #deleted = new Set<string>();
  #scope: SubscriptionScope;
  #standing: ReadonlyMap<string, Refusal> = new Map();
  #nowMs = 0;

  constructor(context: RunContext, deps: SubscriptionDeps) {
    this.#context = context;
    this.#deps = deps;
    this.#scope = subscriptionScope(context.connection);
  }

  async keep(): Promise<void> {
    const { db, connection } = this.#context;
    if (connection.organization_uri === null || connection.calendly_user_uri === null) return;
    this.#nowMs = timestampToMs((await db.clock()) as Timestamp);
    this.#standing = await this.#standingRefusals();
    const rows = await listSubscriptions(db, ownerOf(this.#context));
    const current = rows.filter(({ state }) => state === 'creating' || state === 'live');
    await this.#endRetired(rows);
    const open = wantedSubscriptions(this.#scope).some(({ family }) => !this.#standing.has(family));
    if (!open && current.length === 0) return;
    const listed = await this.#list();
    if (listed === null) return;
    const wanted = wantedSubscriptions(this.#scope);
    for (const family of wanted) {
      const row = current.find((one) => one.family === family.family);
      await this.#keepFamily(family, row, listed);
    }
    for (const row of current) {
      if (!wanted.some(({ family }) => family === row.family)) await this.#retireUnwanted(row);
    }
    await this.#removeStrays(listed);
  }

  async #standingRefusals(): Promise<Map<string, Refusal>> {
    const refusals = await listRefusals(this.#context.db, ownerOf(this.#context));
    const standing = refusals.filter(
      ({ code, refused_at }) => code === 'webhooks.removed' || this.#ageMs(refused_at) < REFUSAL_MS,
    );
    return new Map(standing.map((refusal) => [refusal.family, refusal]));
  }

  /** Null where Calendly shows none; a role that forbids the organization's leaves the user's own. */
  async #list(): Promise<ListedSubscription[] | null> {
    try {
      return await fetchSubscriptions(this.#context.calendly, this.#query());
    } catch (error) {
      if (!(error instanceof CalendlyError) || !isRefusal(error)) throw error;
      if (error.class === 'role' && this.#scope === 'organization') {
        this.#scope = 'user';
        return this.#list();
      }
      for (const { family } of wantedSubscriptions(this.#scope)) await this.#refused(family, error);
      return null;
    }
  }

  async #keepFamily(
    wanted: WantedSubscription,
    row: Subscription | undefined,
    listed: readonly ListedSubscription[],
  ): Promise<void> {
    const isRefused = this.#standing.has(wanted.family);
    const step = stepFor(row, listed, {
      callbackUrl: (id) => this.#deps.callbackPrefix + id,
      scope: this.#scope,
      variants: variantsOf(wanted),
    });
    if (step.do === 'create') {
      if (!isRefused && (await this.#create(wanted))) this.report.created += 1;
      return;
    }
    if (row === undefined) return;
    if (step.do !== 'replace') return this.#confirm(row, step.listed);
    if (isRefused && step.isUsable) return;
    await this.#replace(wanted, row, step);
  }

  async #confirm(row: Subscription, listed: ListedSubscription): Promise<void> {
    const { db } = this.#context;
    await saveSubscription(db, row, {
      at: await db.clock(),
      state: 'live',
      uri: listed.uri,
      events: listed.events,
      calendlyState: listed.state,
      retryStartedAt: listed.retryStartedAt,
      note: listed.retryStartedAt === null ? null : 'Calendly is retrying deliveries that failed',
    });
  }

  /** New first, then the old one away: its key counts for a while, for what is under way. */
  async #replace(
    wanted: WantedSubscription,
    row: Subscription,
    step: Extract<Step, { do: 'replace' }>,
  ): Promise<void> {
    const { db } = this.#context;
    // a row that Calendly never heard of has no deliveries under way
    const state = row.state === 'creating' ? 'ended' : 'retiring';
    await saveSubscription(db, row, { at: await db.clock(), state, note: step.why });
    const isRefused = this.#standing.has(wanted.family);
    if (!isRefused && (await this.#create(wanted))) {
      this.report.replaced += 1;
    } else if (step.isUsable) {
      const note = `${step.why}, and Calendly refuses another one`;
      await saveSubscription(db, row, { at: await db.clock(), state: 'live', note });
      return;
    }
    if (step.remove !== null) await this.#delete(step.remove);
  }

  /** False where Calendly refuses. */
  async #create(wanted: WantedSubscription): Promise<boolean> {
    const { db, newId, calendly } = this.#context;
    const owner = ownerOf(this.#context);
    const id = newId();
    const key = this.#deps.makeKey();
    const callbackUrl = this.#deps.callbackPrefix + id;
    const at = await db.clock();
    const isWanted = await db.tx((tx) =>
      insertSubscription(tx, {
        ...owner,
        id,
        family: wanted.family,
        callbackUrl,
        scope: this.#scope,
        events: wanted.events,
        keySealed: this.#deps.sealKey(id, key),
        at,
      }),
    );
    if (!isWanted) return false;
    const row = { workspace_id: owner.workspaceId, id };
    try {
      const variants = variantsOf(wanted);
      const asked = { url: callbackUrl, key, variants };
      const made = await createSubscription(calendly, this.#query(), asked);
      const said = { uri: made.uri, events: made.events, calendlyState: made.state };
      if (!(await saveSubscription(db, row, { at: await db.clock(), state: 'live', ...said }))) {
        // the account was unlinked while Calendly answered
        await this.#delete(made.uri);
        return false;
      }
      await saveRefusal(db, owner, { family: wanted.family, at, said: null });
      return true;
    } catch (error) {
      if (!(error instanceof CalendlyError)) throw error;
      const note = error.message;
      if (error.class === 'temporary' || error.code === 'calendly.conflict') {
        // it is not known whether Calendly made it: the next cycle's list tells
        await saveSubscription(db, row, { at: await db.clock(), state: 'creating', note });
        throw error;
      }
      await saveSubscription(db, row, { at: await db.clock(), state: 'ended', note });
      await this.#refused(wanted.family, error);
      return false;
    }
  }

  async #refused(family: string, error: CalendlyError): Promise<void> {
    const { db } = this.#context;
    const said = { code: error.code, message: `${error.message}. ${error.action ?? ''}`.trim() };
    await saveRefusal(db, ownerOf(this.#context), { family, at: await db.clock(), said });
    this.report.refused.push({ family, message: said.message });
  }

  /** A family that this scope cannot have. */
  async #retireUnwanted(row: Subscription): Promise<void> {
    const { db } = this.#context;
    const note = 'the scope changed';
    await saveSubscription(db, row, { at: await db.clock(), state: 'retiring', note });
    if (row.calendly_uri !== null) await this.#delete(row.calendly_uri);
  }

  async #endRetired(rows: readonly Subscription[]): Promise<void> {
    for (const row of rows) {
      if (row.state !== 'retiring' || row.ended_at === null) continue;
      if (this.#ageMs(row.ended_at) < OVERLAP_MS) continue;
      const at = await this.#context.db.clock();
      await saveSubscription(this.#context.db, row, { at, state: 'ended' });
    }
  }

  /** What no live row stands for, left behind or doubled: known by its URI, or by our prefix. */
  async #removeStrays(listed: readonly ListedSubscription[]): Promise<void> {
    const rows = await listSubscriptions(this.#context.db, ownerOf(this.#context));
    const stateOf = new Map(rows.map((row) => [row.calendly_uri, row.state]));
    for (const { uri, callbackUrl } of listed) {
      if (stateOf.get(uri) === 'live' || this.#deleted.has(uri)) continue;
      if (stateOf.has(uri) || (await this.#isOurs(callbackUrl))) await this.#delete(uri);
    }
  }

  async #isOurs(callbackUrl: string): Promise<boolean> {
    const { callbackPrefix } = this.#deps;
    if (!callbackUrl.startsWith(callbackPrefix)) return false;
    const id = callbackUrl.slice(callbackPrefix.length);
    const owner = await findSubscriptionOwner(this.#context.db, id);
    return owner === undefined || owner === this.#context.connection.id;
  }

  /** One that the token may not delete any more is left to end by itself: its path answers 401 one day. */
  async #delete(uri: string): Promise<void> {
    this.#deleted.add(uri);
    try {
      if (await deleteSubscription(this.#context.calendly, uri)) this.report.removed += 1;
    } catch (error) {
      if (!(error instanceof CalendlyError) || !isRefusal(error)) throw error;
    }
  }

  #query(): SubscriptionQuery {
    const { connection } = this.#context;
    const organization = connection.organization_uri ?? '';
    if (this.#scope === 'organization') return { organization, scope: 'organization' };
    return { organization, user: connection.calendly_user_uri ?? '', scope: 'user' };
  }

  #ageMs(time: string): number {
    return this.#nowMs - timestampToMs(time as Timestamp);
  }
}

/** Lasting, until a person changes something: a scope, a role, a plan. */
function isRefusal(error: CalendlyError): boolean {
  return error.class === 'scope' || error.class === 'role' || error.class === 'plan';
}

/** Webhook subscriptions that keep themselves: made, watched each cycle, replaced, never doubled. */
import { CalendlyError } from '../calendly/errors.ts';
import { pathOf } from '../calendly/uri.ts';
import { subscriptionSchema } from '../calendly/wire.ts';
import { type Timestamp, timestampToMs } from '../domain/timestamp.ts';
import {
  findSubscriptionOwner,
  insertSubscription,
  listRefusals,
  listSubscriptions,
  saveRefusal,
  saveSubscription,
  type Subscription,
} from '../store/subscriptions.ts';
import { ownerOf, type RunContext } from './lease.ts';
import {
  type ListedSubscription,
  type Step,
  stepFor,
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
  /** Families that Calendly refuses, and why, in words. */
  refused: { family: string; message: string }[];
}

/** How long a replaced subscription's key still counts: Calendly retries for 24 hours. */
const OVERLAP_MS = 25 * 3_600_000;
/** A refusal is asked about again once a day; plans and roles change rarely. */
const REFUSAL_MS = 24 * 3_600_000;

/**
 * Brings the subscriptions of `context.connection` in order: one list request where all is well. Runs inside
 * a run, so never twice at once for one connection. Only subscriptions that we stored, or whose URL begins
 * with our prefix, are ever touched. Throws `CalendlyError` where the list itself cannot be read.
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
  readonly #scope: 'user' | 'organization';
  #nowMs = 0;

  constructor(context: RunContext, deps: SubscriptionDeps) {
    this.#context = context;
    this.#deps = deps;
    const { connection } = context;
    const whole =
      connection.scope === 'organization' && connection.read_mode !== 'organization+user';
    this.#scope = whole ? 'organization' : 'user';
  }

  async keep(): Promise<void> {
    const { db } = this.#context;
    this.#nowMs = timestampToMs((await db.clock()) as Timestamp);
    const refusals = await listRefusals(db, ownerOf(this.#context));
    const standing = new Map(
      refusals
        .filter(
          ({ code, refused_at }) =>
            code === 'webhooks.removed' || this.#ageMs(refused_at) < REFUSAL_MS,
        )
        .map((refusal) => [refusal.family, refusal]),
    );
    const wanted = wantedSubscriptions(this.#scope);
    const rows = await listSubscriptions(db, ownerOf(this.#context));
    const open = wanted.filter(({ family }) => !standing.has(family));
    for (const refusal of standing.values()) this.report.refused.push(refusal);
    if (open.length === 0 && rows.length === 0) return;
    const listed = await this.#list();
    for (const family of wanted) {
      const row = rows.find(
        (one) => one.family === family.family && (one.state === 'creating' || one.state === 'live'),
      );
      if (row === undefined && standing.has(family.family)) continue;
      await this.#keepFamily(family, row, listed);
    }
    await this.#endRetired(rows);
    await this.#removeStrays(listed);
  }

  async #keepFamily(
    wanted: WantedSubscription,
    row: Subscription | undefined,
    listed: readonly ListedSubscription[],
  ): Promise<void> {
    const step = stepFor(row, listed, {
      callbackUrl: (id) => this.#deps.callbackPrefix + id,
      scope: this.#scope,
      variants: variantsOf(wanted),
    });
    if (step.do === 'create') {
      if (await this.#create(wanted)) this.report.created += 1;
    } else if (row !== undefined) {
      await this.#change(wanted, row, step);
    }
  }

  async #change(
    wanted: WantedSubscription,
    row: Subscription,
    step: Exclude<Step, { do: 'create' }>,
  ): Promise<void> {
    if (step.do === 'replace') {
      await this.#replace(wanted, row, step);
      return;
    }
    await saveSubscription(this.#context.db, row, {
      at: await this.#context.db.clock(),
      state: 'live',
      uri: step.listed.uri,
      events: step.listed.events,
      calendlyState: step.listed.state,
      retryStartedAt: step.listed.retryStartedAt,
      note:
        step.listed.retryStartedAt === null ? null : 'Calendly is retrying deliveries that failed',
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
    if (await this.#create(wanted)) this.report.replaced += 1;
    if (step.listed !== null) await this.#delete(step.listed.uri);
  }

  /** Asks for the fullest set of events that the token's scopes allow; false where Calendly refuses. */
  async #create(wanted: WantedSubscription): Promise<boolean> {
    const { db } = this.#context;
    const owner = ownerOf(this.#context);
    const id = this.#context.newId();
    const key = this.#deps.makeKey();
    const at = await db.clock();
    const callbackUrl = this.#deps.callbackPrefix + id;
    await db.tx((tx) =>
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
    const row = { workspace_id: owner.workspaceId, id };
    try {
      const made = await this.#ask(wanted, { url: callbackUrl, key });
      const said = { uri: made.uri, events: made.events, calendlyState: made.state };
      await saveSubscription(db, row, { at: await db.clock(), state: 'live', ...said });
      await saveRefusal(db, owner, { family: wanted.family, at, said: null });
      return true;
    } catch (error) {
      if (!(error instanceof CalendlyError)) throw error;
      // it is not known whether Calendly made it: the next cycle's list tells
      if (error.class === 'temporary' || error.code === 'calendly.conflict') throw error;
      await saveSubscription(db, row, {
        at: await db.clock(),
        state: 'ended',
        note: error.message,
      });
      const said = { code: error.code, message: `${error.message}. ${error.action ?? ''}`.trim() };
      await saveRefusal(db, owner, { family: wanted.family, at, said });
      this.report.refused.push({ family: wanted.family, message: said.message });
      return false;
    }
  }

  async #ask(
    wanted: WantedSubscription,
    { url, key }: { url: string; key: string },
  ): Promise<ListedSubscription> {
    const variants = variantsOf(wanted);
    for (const [index, events] of variants.entries()) {
      try {
        const answer = await this.#context.calendly.post('/webhook_subscriptions', {
          url,
          events: [...events],
          ...this.#query(),
          signing_key: key,
        });
        const resource = typeof answer === 'object' && answer !== null && 'resource' in answer;
        const made = resource ? parse(answer.resource) : undefined;
        if (made === undefined) throw new CalendlyError('calendly.shape');
        return made;
      } catch (error) {
        const last = index === variants.length - 1;
        if (last || !(error instanceof CalendlyError) || error.class !== 'scope') throw error;
      }
    }
    throw new CalendlyError('calendly.shape');
  }

  async #list(): Promise<ListedSubscription[]> {
    const listed: ListedSubscription[] = [];
    const pages = this.#context.calendly.pages('/webhook_subscriptions', {
      ...this.#query(),
      count: '100',
    });
    for await (const page of pages) {
      for (const item of page.items) {
        const one = parse(item);
        if (one !== undefined) listed.push(one);
      }
    }
    return listed;
  }

  async #endRetired(rows: readonly Subscription[]): Promise<void> {
    for (const row of rows) {
      if (row.state !== 'retiring' || row.ended_at === null) continue;
      if (this.#ageMs(row.ended_at) < OVERLAP_MS) continue;
      await saveSubscription(this.#context.db, row, {
        at: await this.#context.db.clock(),
        state: 'ended',
      });
    }
  }

  /** Subscriptions under our prefix that no live row stands for: left behind, or doubled. */
  async #removeStrays(listed: readonly ListedSubscription[]): Promise<void> {
    const rows = await listSubscriptions(this.#context.db, ownerOf(this.#context));
    const live = new Set(
      rows.flatMap((row) =>
        row.state === 'live' && row.calendly_uri !== null ? [row.calendly_uri] : [],
      ),
    );
    for (const { uri, callbackUrl } of listed) {
      if (live.has(uri) || !callbackUrl.startsWith(this.#deps.callbackPrefix)) continue;
      const id = callbackUrl.slice(this.#deps.callbackPrefix.length);
      const owner = await findSubscriptionOwner(this.#context.db, id);
      const foreign = owner !== undefined && owner !== this.#context.connection.id;
      if (!foreign) await this.#delete(uri);
    }
  }

  async #delete(uri: string): Promise<void> {
    try {
      await this.#context.calendly.delete(pathOf('webhook_subscriptions', uri));
      this.report.removed += 1;
    } catch (error) {
      if (!(error instanceof CalendlyError) || error.class !== 'gone') throw error;
    }
  }

  #query(): Record<string, string> {
    const { connection } = this.#context;
    const organization = connection.organization_uri ?? '';
    if (this.#scope === 'organization') return { organization, scope: 'organization' };
    return { organization, user: connection.calendly_user_uri ?? '', scope: 'user' };
  }

  #ageMs(time: string): number {
    return this.#nowMs - timestampToMs(time as Timestamp);
  }
}

function parse(item: unknown): ListedSubscription | undefined {
  const parsed = subscriptionSchema.safeParse(item);
  if (!parsed.success) return undefined;
  const { uri, callback_url, state, events, retry_started_at } = parsed.data;
  return {
    uri,
    callbackUrl: callback_url,
    state,
    events,
    retryStartedAt: retry_started_at ?? null,
  };
}

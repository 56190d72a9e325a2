/** The rules: who a person is, told by what is known, or that a person has to decide. */
import { isErasedAddress, isNoReplyAddress } from '../domain/email.ts';
import type { JsonObject } from '../domain/json.ts';
import { domainOf } from '../domain/mail-domain.ts';
import type { Before, Knowledge } from './knowledge.ts';
import type { Person } from './person.ts';

/** Why a person has to decide. */
export type Doubt = 'several_clients' | 'other_name' | 'learned_address' | 'two_links_by_hand';

export type Match =
  /** `learn`: the address becomes the client's, concluded from this. */
  | { to: 'client'; clientId: string; rule: string; evidence: JsonObject; learn?: string }
  | { to: 'new'; evidence: JsonObject }
  | { to: 'nobody'; rule: string; evidence: JsonObject | null }
  | { to: 'review'; reason: Doubt; evidence: JsonObject }
  /** A user's word: nothing is written; with a doubt where another user's word contradicts. */
  | { to: 'as_is'; doubt?: JsonObject };

/**
 * By hand > known address > phone > series; name and company never decide, they only agree or not. Whatever could be
 * two is nobody's until a person decides.
 */
export function match(person: Person, known: Knowledge): Match {
  const before = person.uri === null ? undefined : known.before.get(person.uri);
  return (
    byHand(person, before) ??
    neverAnybody(person, known) ??
    byAddress(person, known) ??
    byPhoneAndSeries(person, known, before)
  );
}

function byHand(person: Person, before: Before | undefined): Match | undefined {
  if (person.isOwnHand) {
    const isContradicted =
      before?.rule === 'manual' &&
      before.clientId !== person.clientId &&
      before.clientId !== null &&
      person.clientId !== null;
    if (!isContradicted) return { to: 'as_is' };
    const candidates = [
      { client_id: person.clientId, rule: 'manual' },
      { client_id: before.clientId, rule: 'manual', series: before.seriesId },
    ];
    return { to: 'as_is', doubt: { candidates } };
  }
  if (before?.rule !== 'manual') return undefined;
  const evidence = { series: before.seriesId, invitee: before.inviteeId };
  return before.clientId === null
    ? { to: 'nobody', rule: 'manual', evidence }
    : { to: 'client', clientId: before.clientId, rule: 'manual', evidence };
}

/** Hosts, colleagues, robots, the block list, the erased: exactly these addresses. */
function neverAnybody(
  { email, emailKey: key, phones }: Person,
  known: Knowledge,
): Match | undefined {
  const nobody = (rule: string, evidence: JsonObject | null = { email }): Match => ({
    to: 'nobody',
    rule,
    evidence,
  });
  if (key === null) return phones.length === 0 ? nobody('no_address', null) : undefined;
  if (isErasedAddress(key)) return nobody('erased', null);
  if (isNoReplyAddress(key)) return nobody('no_reply');
  const own = known.own.get(key);
  if (own !== undefined) return nobody(own);
  if (known.blocked.addresses.has(key)) return nobody('blocked');
  const domain = domainOf(key);
  return known.blocked.domains.has(domain) ? nobody('blocked', { domain }) : undefined;
}

function byAddress(person: Person, known: Knowledge): Match | undefined {
  const owner = person.emailKey === null ? undefined : known.owners.get(person.emailKey);
  if (owner === undefined) return undefined;
  const { clientId, email, learned } = owner;
  const isDoubtful =
    learned !== undefined && person.kind === 'invitee' && !agrees(person, clientId, known);
  if (!isDoubtful) {
    const evidence = learned === undefined ? { email } : { email, known_by: learned };
    return { to: 'client', clientId, rule: 'email', evidence };
  }
  const candidates = [
    { client_id: clientId, rule: 'email', email, known_by: learned, same_name: false },
  ];
  return { to: 'review', reason: 'learned_address', evidence: { candidates } };
}

function byPhoneAndSeries(person: Person, known: Knowledge, before: Before | undefined): Match {
  const found = new Map<string, { rule: 'phone' | 'series'; proof: JsonObject }>();
  for (const phone of person.phones) {
    for (const id of known.phones.get(phone) ?? []) {
      found.set(id, { rule: 'phone', proof: { phone } });
    }
  }
  if (before !== undefined && before.clientId !== null && !found.has(before.clientId)) {
    const { seriesId: series, inviteeId: invitee } = before;
    found.set(before.clientId, { rule: 'series', proof: { series, invitee } });
  }
  const [only, ...others] = found;
  if (only === undefined) {
    const { email, phones } = person;
    return { to: 'new', evidence: email === null ? { phone: phones[0] ?? null } : { email } };
  }
  const [clientId, { rule, proof }] = only;
  if (others.length === 0 && agrees(person, clientId, known)) {
    const evidence = { ...proof, same_name: true };
    return { to: 'client', clientId, rule, evidence, learn: rule };
  }
  const candidates = [...found].map(([id, candidate]) => ({
    client_id: id,
    rule: candidate.rule,
    ...candidate.proof,
    same_name: agrees(person, id, known),
  }));
  const reason = others.length === 0 ? 'other_name' : 'several_clients';
  return { to: 'review', reason, evidence: { candidates } };
}

function agrees({ nameKey }: Person, clientId: string, known: Knowledge): boolean {
  return nameKey !== '' && (known.names.get(clientId)?.has(nameKey) ?? false);
}

/** A batch of people matched one after the other, each with what those before have taught. */
import type { JsonObject } from '../domain/json.ts';
import type { LearnedAddress, NewClient, WrittenLink } from '../store/links.ts';
import type { NewReview } from '../store/client-reviews.ts';
import { addTo, type Knowledge } from './knowledge.ts';
import { match, type Match } from './match.ts';
import type { Person } from './person.ts';

export interface Outcome {
  /** New clients by id. */
  made: Map<string, NewClient>;
  addresses: LearnedAddress[];
  phones: { clientId: string; phone: string }[];
  links: WrittenLink[];
  reviews: NewReview[];
  /** Invitees linked by hand, about whom nobody disagrees. */
  agreed: string[];
}

/** Matches them in the order in which they came, but nobody before the one whom he replaced. */
export function matchAll(
  people: readonly Person[],
  known: Knowledge,
  newId: () => string,
): Outcome {
  const outcome: Outcome = {
    made: new Map(),
    addresses: [],
    phones: [],
    links: [],
    reviews: [],
    agreed: [],
  };
  for (const person of inOrder(people)) take(person, { known, newId, outcome });
  return outcome;
}

function inOrder(people: readonly Person[]): Person[] {
  const byUri = new Map(
    people.flatMap((person) => (person.uri === null ? [] : [[person.uri, person]])),
  );
  const ordered = new Set<Person>();
  const begun = new Set<Person>();
  const visit = (person: Person): void => {
    // who is said to have replaced himself, in a circle, comes as he comes
    if (begun.has(person)) return;
    begun.add(person);
    const before = byUri.get(person.oldInvitee ?? '');
    if (before !== undefined) visit(before);
    ordered.add(person);
  };
  for (const person of people.toSorted((a, b) => (a.id < b.id ? -1 : 1))) visit(person);
  return [...ordered];
}

interface Taking {
  known: Knowledge;
  newId: () => string;
  outcome: Outcome;
}

function take(person: Person, { known, newId, outcome }: Taking): void {
  const found = match(person, known);
  switch (found.to) {
    case 'as_is':
      takeAsIs(person, found, { known, newId, outcome });
      return;
    case 'review':
      outcome.reviews.push(reviewOf(person, { id: newId(), ...found }));
      link(
        person,
        { known, outcome },
        { clientId: null, rule: 'review', evidence: found.evidence },
      );
      return;
    case 'nobody':
      link(person, { known, outcome }, { clientId: null, ...found });
      return;
    case 'new': {
      const { email, emailKey, name } = person;
      const id = newId();
      outcome.made.set(id, { id, email, emailKey, name });
      if (emailKey !== null && email !== null) {
        known.owners.set(emailKey, { clientId: id, email, learned: undefined });
      }
      const rule = emailKey === null ? 'phone' : 'email';
      link(person, { known, outcome }, { clientId: id, rule, evidence: found.evidence });
      break;
    }
    case 'client': {
      const { clientId, learn } = found;
      const { email, emailKey } = person;
      if (learn !== undefined && emailKey !== null && email !== null) {
        outcome.addresses.push({ clientId, email, emailKey, origin: learn });
        known.owners.set(emailKey, { clientId, email, learned: learn });
      }
      link(person, { known, outcome }, found);
    }
  }
  const { clientId } = outcome.links.at(-1) ?? {};
  if (clientId !== undefined && clientId !== null) observe(person, clientId, { known, outcome });
}

function takeAsIs(
  person: Person,
  { doubt }: Extract<Match, { to: 'as_is' }>,
  { newId, outcome }: Taking,
): void {
  const { clientId } = person;
  outcome.links.push({ ...keyOf(person), clientId, rule: 'manual', evidence: undefined });
  if (doubt === undefined) outcome.agreed.push(person.id);
  else {
    outcome.reviews.push({
      id: newId(),
      emailKey: null,
      inviteeId: person.id,
      reason: 'two_links_by_hand',
      evidence: doubt,
    });
  }
}

function link(
  person: Person,
  { known, outcome }: Pick<Taking, 'known' | 'outcome'>,
  to: { clientId: string | null; rule: string; evidence: JsonObject | null },
): void {
  const { clientId, rule, evidence } = to;
  outcome.links.push({ ...keyOf(person), clientId, rule, evidence });
  for (const before of known.before.values()) {
    if (before.uri === person.uri) Object.assign(before, { clientId, rule });
  }
}

/** What a linked person teaches of the client. A link by hand says nothing about whose the number is. */
function observe(
  person: Person,
  clientId: string,
  { known, outcome }: Pick<Taking, 'known' | 'outcome'>,
): void {
  if (outcome.links.at(-1)?.rule === 'manual') return;
  if (person.nameKey !== '') addTo(known.names, clientId, person.nameKey);
  const made = outcome.made.get(clientId);
  if (made !== undefined) made.name ??= person.name;
  for (const phone of person.phones) {
    if (known.removedPhones.has(`${phone} ${clientId}`)) continue;
    addTo(known.phones, phone, clientId);
    outcome.phones.push({ clientId, phone });
  }
}

function keyOf({ id, kind, emailKey }: Person): Pick<WrittenLink, 'id' | 'kind' | 'emailKey'> {
  return { id, kind, emailKey };
}

function reviewOf(
  person: Person,
  { id, reason, evidence }: { id: string; reason: string; evidence: JsonObject },
): NewReview {
  const { emailKey } = person;
  return { id, emailKey, inviteeId: emailKey === null ? person.id : null, reason, evidence };
}

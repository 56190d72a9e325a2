/** Names of people as evidence: two spellings of one name agree, and never prove more than that. */

/**
 * What two spellings of one name share: its words without case, accents and punctuation, in any order. Empty where
 * there is no word in it.
 */
export function nameKey(name: string | null | undefined): string {
  const words = (name ?? '')
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
  return words.toSorted().join(' ');
}

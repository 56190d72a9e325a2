/** Phone numbers as identities. */
import { parsePhoneNumberFromString } from 'libphonenumber-js/max';

const LONGEST = 40;

/**
 * The number in E.164 (`+4930901820`), for comparing. `undefined` for what is no number that exists, and for one
 * without a country: which country it is would be a guess.
 */
export function phoneKey(text: string | null | undefined): string | undefined {
  const plain = text?.normalize('NFKC').trim() ?? '';
  if (!plain.startsWith('+') || plain.length > LONGEST || !/^[+\d\s()./-]+$/.test(plain)) {
    return undefined;
  }
  const number = parsePhoneNumberFromString(plain);
  return number?.isValid() === true ? number.number : undefined;
}

/** The signature: vectors made elsewhere, every flipped bit, every way to write the header wrongly. */
import { createHmac } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, test } from 'vitest';
import { isSigned, parseSignature } from './signature.ts';

/** Made with `openssl dgst -sha256 -hmac KEY` and again with Python's hmac, over `T.BODY` as UTF-8. */
const VECTOR = {
  key: 'k-9Vt0uV_vector-key-of-our-own',
  t: '1767225600',
  body: Buffer.from(
    String.raw`{"event":"invitee.created","payload":{"name":"Zoë \u00e9 🗓"},"n":1.0}`,
  ),
  v1: '9bea10dc00b5db15ebdb1e85c4e0ccab9a4ba9f75adbb81adb1f53baa2d27a73',
};

const KEY = 'key of the subscription';
const T = 1_700_000_000;
const BODY = Buffer.alloc(300, '{"event":"invitee.created","payload":{"name":"Ada"}} ');
const GOOD = macOf(KEY, `${T}`, BODY);
const OTHER = macOf('key of another', `${T}`, BODY);

function macOf(key: string, t: string, body: Uint8Array): string {
  return createHmac('sha256', key).update(`${t}.`).update(body).digest('hex');
}

/** As receiving does it: read the header, then hold it against the bytes. */
function accepts(
  header: string | string[] | undefined,
  { body = BODY, keys = [KEY] }: { body?: Uint8Array; keys?: readonly string[] } = {},
): boolean {
  const signature = parseSignature(header);
  return signature !== undefined && isSigned(signature, body, keys);
}

function flipped(bytes: Uint8Array, bit: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return copy;
}

describe('a genuine signature', () => {
  test('of a vector that was made independently is accepted', () => {
    const header = `t=${VECTOR.t},v1=${VECTOR.v1}`;
    expect(accepts(header, { body: VECTOR.body, keys: [VECTOR.key] })).toBe(true);
    const parsed: unknown = JSON.parse(VECTOR.body.toString());
    const again = Buffer.from(JSON.stringify(parsed));
    expect(accepts(header, { body: again, keys: [VECTOR.key] })).toBe(false);
  });

  test('of the recorded vector is accepted wherever it is there, and its body alone signs nothing', () => {
    const folder = fileURLToPath(
      new URL('../../../shared/calendly/fixtures/derived/', import.meta.url),
    );
    if (!existsSync(`${folder}signature.vector.json`)) return;
    const vector: {
      signing_key: string;
      header: string;
      t: number;
      negative: { body_only: string };
    } = JSON.parse(readFileSync(`${folder}signature.vector.json`, 'utf8'));
    const body = readFileSync(`${folder}signature.body.json`);
    const keys = [vector.signing_key];
    expect(accepts(vector.header, { body, keys })).toBe(true);
    expect(accepts(`t=${vector.t},v1=${vector.negative.body_only}`, { body, keys })).toBe(false);
  });

  test('is taken with any of the keys that count, in whatever place, and with no other', () => {
    const header = `t=${T},v1=${GOOD}`;
    expect(accepts(header, { keys: ['an older key', KEY] })).toBe(true);
    expect(accepts(header, { keys: [KEY, 'a newer key'] })).toBe(true);
    expect(accepts(header, { keys: ['an older key', 'a newer key'] })).toBe(false);
    expect(accepts(header, { keys: [] })).toBe(false);
  });

  test('made with an empty key is never accepted, not even where the key is empty', () => {
    const header = `t=${T},v1=${macOf('', `${T}`, BODY)}`;
    expect(accepts(header, { keys: [''] })).toBe(false);
    expect(accepts(header, { keys: ['', KEY] })).toBe(false);
    expect(accepts(`t=${T},v1=${GOOD}`, { keys: ['', KEY] })).toBe(true);
  });

  test('is over the bytes, so an empty body has one too', () => {
    const body = new Uint8Array();
    expect(accepts(`t=${T},v1=${macOf(KEY, `${T}`, body)}`, { body })).toBe(true);
    expect(accepts(`t=${T},v1=${GOOD}`, { body })).toBe(false);
  });
});

describe('one flipped bit', () => {
  const mac = Buffer.from(GOOD, 'hex');

  test('of the 256 of the MAC is refused', () => {
    const taken = Array.from({ length: 256 }, (_, bit) => bit).filter((bit) =>
      accepts(`t=${T},v1=${flipped(mac, bit).toString('hex')}`),
    );
    expect(taken).toEqual([]);
    expect(accepts(`t=${T},v1=${GOOD}`)).toBe(true);
  });

  test('of the number or the text of t is refused', () => {
    const numbers = Array.from({ length: 31 }, (_, bit) => String((T ^ (1 << bit)) >>> 0));
    const text = Buffer.from(String(T));
    const texts = Array.from({ length: text.length * 8 }, (_, bit) =>
      flipped(text, bit).toString('latin1'),
    );
    expect([...numbers, ...texts].filter((t) => accepts(`t=${t},v1=${GOOD}`))).toEqual([]);
  });

  test('of the 2,400 of a body of 300 bytes is refused', () => {
    const header = `t=${T},v1=${GOOD}`;
    const bits = Array.from({ length: 2400 }, (_, bit) => bit);
    expect(bits.filter((bit) => accepts(header, { body: flipped(BODY, bit) }))).toEqual([]);
    expect(accepts(header)).toBe(true);
  });
});

const refusedHeaders: [about: string, header: string | string[] | undefined][] = [
  ['row 1, no header', undefined],
  ['row 2, an empty one', ''],
  ['row 2, a space', ' '],
  ['row 2, a comma', ','],
  ['row 3, no t', `v1=${GOOD}`],
  ['row 3, no v1', `t=${T}`],
  ['row 3, an empty t', `t=,v1=${GOOD}`],
  ['row 3, an empty v1', `t=${T},v1=`],
  ['row 3, names alone', 't,v1'],
  ['row 4, t in letters', `t=abc,v1=${GOOD}`],
  ['row 4, t with an exponent', `t=17e8,v1=${GOOD}`],
  ['row 4, t with a plus', `t=+${T},v1=${GOOD}`],
  ['row 4, t with a space before it', `t= ${T},v1=${GOOD}`],
  ['row 4, t with a space behind it', `t=${T} ,v1=${GOOD}`],
  ['row 4, t with letters behind it', `t=${T}abc,v1=${GOOD}`],
  ['row 4, t with a fraction', `t=${T}.0,v1=${GOOD}`],
  ['row 4, t in hexadecimal', `t=0x6553f100,v1=${GOOD}`],
  ['row 4, t in Arabic digits', `t=١٧٠٠٠٠٠٠٠٠,v1=${GOOD}`],
  ['row 4, t with a zero before it', `t=0${T},v1=${GOOD}`],
  ['row 5, a negative t', `t=-${T},v1=${macOf(KEY, `-${T}`, BODY)}`],
  ['row 5, t of zero', `t=0,v1=${macOf(KEY, '0', BODY)}`],
  ['row 5, t of 2^53 + 1', `t=9007199254740993,v1=${macOf(KEY, '9007199254740993', BODY)}`],
  ['row 5, t of 400 digits', `t=${'1'.repeat(400)},v1=${macOf(KEY, '1'.repeat(400), BODY)}`],
  ['row 6, 63 digits', `t=${T},v1=${GOOD.slice(1)}`],
  ['row 6, 65 digits', `t=${T},v1=${GOOD}0`],
  ['row 6, 128 digits', `t=${T},v1=${GOOD}${GOOD}`],
  ['row 7, no hexadecimal digits', `t=${T},v1=${'z'.repeat(64)}`],
  ['row 7, one letter that is none', `t=${T},v1=${GOOD.slice(0, 63)}g`],
  ['row 7, base64', `t=${T},v1=${Buffer.from(GOOD, 'hex').toString('base64')}`],
  ['row 7, a 0x before it', `t=${T},v1=0x${GOOD.slice(2)}`],
  ['row 9, two headers as Node joins them', `t=${T},v1=${GOOD}, t=${T},v1=${GOOD}`],
  ['row 9, two headers as a list', [`t=${T},v1=${GOOD}`, `t=${T},v1=${GOOD}`]],
  ['row 9, two t', `t=${T},t=${T},v1=${GOOD}`],
  ['row 10, v0 alone', `t=${T},v0=${GOOD}`],
  ['row 10, v2 alone', `t=${T},v2=${GOOD}`],
  ['row 11, four v1', `t=${T},v1=${OTHER},v1=${OTHER},v1=${OTHER},v1=${GOOD}`],
  ['row 11, one v1 that is none beside a good one', `t=${T},v1=${GOOD},v1=zz`],
  [
    'row 14, a MAC over the body alone',
    `t=${T},v1=${createHmac('sha256', KEY).update(BODY).digest('hex')}`,
  ],
  ['row 16, the key of another', `t=${T},v1=${OTHER}`],
  ['another t than was signed', `t=${T + 1},v1=${GOOD}`],
  ['a space behind the comma', `t=${T}, v1=${GOOD}`],
  ['a space before it all', ` t=${T},v1=${GOOD}`],
  ['a line break behind it all', `t=${T},v1=${GOOD}\n`],
  ['a semicolon', `t=${T};v1=${GOOD}`],
  ['upper-case names', `T=${T},V1=${GOOD}`],
  ['quotation marks', `t="${T}",v1="${GOOD}"`],
  ['a comma at the end', `t=${T},v1=${GOOD},`],
  ['a comma at the beginning', `,t=${T},v1=${GOOD}`],
  ['the MAC alone', GOOD],
  ['as GitHub writes it', `sha256=${GOOD}`],
  ['a NUL in the middle', `t=${T},\u0000v1=${GOOD}`],
];

const acceptedHeaders: [about: string, header: string][] = [
  ['as Calendly writes it', `t=${T},v1=${GOOD}`],
  ['row 8, upper-case digits', `t=${T},v1=${GOOD.toUpperCase()}`],
  ['row 10, other keys beside a good v1', `t=${T},v0=${OTHER},v1=${GOOD},v2=abc`],
  ['row 11, the second of two v1', `t=${T},v1=${OTHER},v1=${GOOD}`],
  ['row 11, the first of two v1', `t=${T},v1=${GOOD},v1=${OTHER}`],
  ['row 11, the third of three v1', `t=${T},v1=${OTHER},v1=${OTHER},v1=${GOOD}`],
  ['v1 before t', `v1=${GOOD},t=${T}`],
  ['an empty key that is not ours', `t=${T},v1=${GOOD},x=`],
];

describe('the header', () => {
  it.each(refusedHeaders)('is refused: %s', (_about, header) => {
    expect(accepts(header)).toBe(false);
  });

  it.each(acceptedHeaders)('is accepted: %s', (_about, header) => {
    expect(accepts(header)).toBe(true);
  });

  test('has at least forty wrong spellings in this list', () => {
    expect(refusedHeaders.length).toBeGreaterThanOrEqual(40);
    expect(new Set(refusedHeaders.map(([about]) => about)).size).toBe(refusedHeaders.length);
  });
});

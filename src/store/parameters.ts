/** How JavaScript values become statement parameters: the same few kinds on both engines, nothing by guess. */
import { AppError } from '../domain/errors.ts';

/**
 * Parameters as the wire wants them: text, bytes or null. Takes string, number, boolean, null,
 * Uint8Array and arrays of the first four. Anything else (undefined, Date, object, bigint) is a bug
 * of the caller: a driver would guess. Text that PostgreSQL cannot keep is refused as `invalid`.
 */
export function toParameters(params: readonly unknown[]): (string | Uint8Array | null)[] {
  return params.map((param, index) => {
    if (param instanceof Uint8Array) return param;
    if (Array.isArray(param)) return arrayText(param, index);
    return scalarText(param, index);
  });
}

function arrayText(items: readonly unknown[], index: number): string {
  const texts = items.map((item) => {
    const text = scalarText(item, index);
    return text === null ? 'NULL' : `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
  });
  return `{${texts.join(',')}}`;
}

function scalarText(value: unknown, index: number): string | null {
  if (value === null) return null;
  if (typeof value === 'string') return storableText(value, index);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new AppError({
    kind: 'bug',
    code: 'database.parameter_kind',
    message: `Parameter $${index + 1} is ${value === undefined ? 'undefined' : `of kind ${typeof value}`}; hand in text, number, boolean, null, bytes or an array`,
  });
}

/** U+0000 is refused by the server; half a surrogate pair would silently become U+FFFD on its way. */
function storableText(text: string, index: number): string {
  if (text.isWellFormed() && !text.includes('\0')) return text;
  throw new AppError({
    kind: 'invalid',
    code: 'database.text_not_storable',
    message: `Text for parameter $${index + 1} holds U+0000 or half a surrogate pair, which PostgreSQL cannot store`,
  });
}

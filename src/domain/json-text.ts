/** JSON text from outside, looked at before it is trusted: duplicate keys and depth. */

/**
 * Whether any object in this text (valid JSON) names a key twice. JSON.parse keeps the last one, another
 * reader may keep the first: what two readers understand differently is not acted on.
 */
export function hasDuplicateKeys(text: string): boolean {
  const open: (Set<string> | null)[] = [];
  let index = 0;
  while (index < text.length) {
    const char = text[index];
    if (char === '{') open.push(new Set());
    else if (char === '[') open.push(null);
    else if (char === '}' || char === ']') open.pop();
    else if (char === '"') {
      const end = endOfString(text, index);
      const keys = open.at(-1);
      if (keys instanceof Set && isKey(text, end)) {
        const key: unknown = JSON.parse(text.slice(index, end));
        if (typeof key === 'string') {
          if (keys.has(key)) return true;
          keys.add(key);
        }
      }
      index = end;
      continue;
    }
    index += 1;
  }
  return false;
}

/** The index behind the closing quote of the string that begins at `start`. */
function endOfString(text: string, start: number): number {
  let index = start + 1;
  while (index < text.length && text[index] !== '"') index += text[index] === '\\' ? 2 : 1;
  return index + 1;
}

function isKey(text: string, end: number): boolean {
  let index = end;
  while (/\s/.test(text[index] ?? '')) index += 1;
  return text[index] === ':';
}

/** Asks for the next part of a list while the one before is being worked on. */

/**
 * The same parts in the same order, each asked for as soon as the one before is there. A failure comes in
 * its place. Who stops early leaves at most one request behind, whose answer nobody hears.
 */
export async function* ahead<T>(parts: AsyncIterable<T>): AsyncGenerator<T, void, undefined> {
  const iterator = parts[Symbol.asyncIterator]();
  let next = iterator.next();
  for (;;) {
    const part = await next;
    if (part.done === true) return;
    next = iterator.next();
    // it is met when it is its turn; nobody listens until then
    next.catch(() => undefined);
    yield part.value;
  }
}

/** Runs things strictly one after another, in the order in which they were asked for. */

export class Queue {
  private last: Promise<unknown> = Promise.resolve();

  /** `run` starts when everything asked for before it has ended, well or badly. */
  add<T>(run: () => Promise<T>): Promise<T> {
    const answer = this.last.then(run);
    this.last = answer.catch(() => undefined);
    return answer;
  }
}

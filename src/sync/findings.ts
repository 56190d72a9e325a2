/** What a proof has found so far. */

export interface Drift {
  /** URIs that Calendly has and no row. */
  missing: string[];
  /** URIs that a row has and Calendly not. */
  extra: string[];
  different: { uri: string; fields: string[] }[];
}

export class Findings {
  readonly checked = { meetings: 0, invitees: 0 };
  /** Items that could not be read: nothing is proven of them. */
  unreadable = 0;
  readonly #missing = new Set<string>();
  readonly #extra = new Set<string>();
  readonly #different = new Map<string, string[]>();

  missing(uri: string): void {
    this.#missing.add(uri);
  }

  extra(uri: string): void {
    this.#extra.add(uri);
  }

  /** Notes the fields in which a row differs; none: the row is right. */
  different(uri: string, fields: string[]): void {
    if (fields.length === 0) this.#different.delete(uri);
    else this.#different.set(uri, fields);
  }

  /** Takes back everything that was found about `uri`. */
  clear(uri: string): void {
    this.#missing.delete(uri);
    this.#extra.delete(uri);
    this.#different.delete(uri);
  }

  drift(): Drift {
    return {
      missing: [...this.#missing].sort(),
      extra: [...this.#extra].sort(),
      different: [...this.#different]
        .map(([uri, fields]) => ({ uri, fields }))
        .sort((a, b) => (a.uri < b.uri ? -1 : 1)),
    };
  }
}

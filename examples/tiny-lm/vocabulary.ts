/** What a character outside of the vocabulary reads as. It is token 0. */
export const UNKNOWN = "\uFFFD";
export const UNKNOWN_TOKEN = 0;

const TOKENS_MAX = 128;

/** Characters (Unicode code points) and their tokens: 0 is the unknown one, the rest by code point. */
export class Vocabulary {
  /** The character of each token. */
  readonly characters: readonly string[];
  readonly #tokens: ReadonlyMap<string, number>;

  constructor(characters: readonly string[]) {
    this.characters = characters;
    this.#tokens = new Map(characters.map((character, token) => [character, token]));
  }

  /** The most frequent characters of a text, at most 127 of them. */
  static of(text: string): Vocabulary {
    const counts = new Map<string, number>();
    for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
    counts.delete(UNKNOWN);
    const kept = [...counts]
      .toSorted(([a, countA], [b, countB]) => countB - countA || byCodePoint(a, b))
      .slice(0, TOKENS_MAX - 1)
      .map(([character]) => character);
    return new Vocabulary([UNKNOWN, ...kept.toSorted(byCodePoint)]);
  }

  /** One token per character. */
  encode(text: string): Uint8Array {
    return Uint8Array.from(text, (character) => this.#tokens.get(character) ?? UNKNOWN_TOKEN);
  }

  decode(tokens: Iterable<number>): string {
    return Array.from(tokens, (token) => this.characters[token] ?? UNKNOWN).join("");
  }
}

function byCodePoint(left: string, right: string): number {
  return (left.codePointAt(0) ?? 0) - (right.codePointAt(0) ?? 0);
}

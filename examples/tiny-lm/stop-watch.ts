/** Watches a text that comes in pieces for the first of some words, and withholds what may become one. */
export class StopWatch {
  readonly #words: readonly string[];
  #withheld = "";
  #isOver = false;

  /** The words are not empty. */
  constructor(words: readonly string[]) {
    this.#words = words;
  }

  /** Whether a word has come. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Takes a piece in and returns what surely stands before any word. */
  take(piece: string): string {
    const text = this.#withheld + piece;
    const starts = this.#words.map((word) => text.indexOf(word)).filter((start) => start >= 0);
    if (starts.length > 0) {
      this.#isOver = true;
      this.#withheld = "";
      return text.slice(0, Math.min(...starts));
    }
    const kept = Math.max(0, ...this.#words.map((word) => openingAtEnd(text, word)));
    this.#withheld = text.slice(text.length - kept);
    return text.slice(0, text.length - kept);
  }

  /** What was withheld and came to nothing. */
  rest(): string {
    return this.#withheld;
  }
}

/** Length of the longest opening of `word` that `text` ends with. */
function openingAtEnd(text: string, word: string): number {
  for (let length = Math.min(word.length - 1, text.length); length > 0; length -= 1) {
    if (text.endsWith(word.slice(0, length))) return length;
  }
  return 0;
}

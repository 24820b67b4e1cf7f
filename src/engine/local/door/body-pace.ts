import type { DoorLimits } from "./limits.ts";

/** Tells of a body that comes too slowly for a replica to be held for it. */
export class BodyPace {
  readonly #limits: DoorLimits;
  readonly #onSlow: () => void;
  /** Since the time began. */
  #bytes = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(limits: DoorLimits, onSlow: () => void) {
    this.#limits = limits;
    this.#onSlow = onSlow;
  }

  /** Begins the time: from now on the body is waited for. */
  start(): void {
    this.stop();
    this.#bytes = 0;
    this.#timer = setTimeout(() => this.#look(), this.#limits.bodyIdleMs);
  }

  /** So many more have come. */
  count(bytes: number): void {
    this.#bytes += bytes;
  }

  /** It is not waited for. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #look(): void {
    if (this.#bytes >= this.#limits.bodyBytesMin) this.start();
    else this.#onSlow();
  }
}

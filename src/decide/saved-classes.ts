import type { ResourceRequest } from "../model/resources.ts";
import type { RequestClasses } from "./cluster/request-classes.ts";
import type { Holding } from "./departures.ts";

/** A class of requests in words: its number means nothing in another process. */
export interface SavedClass {
  readonly request: ResourceRequest;
  /** Whether the work may borrow CPU (rule A7). */
  readonly borrows: boolean;
}

/** The same holding, whose class has the number that it has elsewhere. */
export type Renumber = <Held extends Holding>(holding: Held) => Held;

/** Numbers classes by their places in a list, which it makes as they come. */
export class ClassList {
  readonly saved: SavedClass[] = [];
  readonly #classes: RequestClasses;
  readonly #places = new Map<number, number>();

  constructor(classes: RequestClasses) {
    this.#classes = classes;
  }

  readonly renumber: Renumber = (holding) => {
    return { ...holding, request: this.#placeOf(holding.request) };
  };

  #placeOf(request: number): number {
    let place = this.#places.get(request);
    if (place === undefined) {
      place = this.saved.length;
      this.#places.set(request, place);
      const borrows = this.#classes.borrows[request] === 1;
      this.saved.push({ request: this.#classes.requestOf(request), borrows });
    }
    return place;
  }
}

/** Numbers the classes of a list as these do. The kinds that they name are known. */
export function numberClasses(classes: RequestClasses, saved: readonly SavedClass[]): Renumber {
  const numbers = saved.map(({ request, borrows }) => classes.intern(request, borrows)!);
  return (holding) => ({ ...holding, request: numbers[holding.request] });
}

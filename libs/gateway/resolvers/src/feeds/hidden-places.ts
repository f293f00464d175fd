/** So many places are told apart; the last stands for all that come after it. */
const MOST_PLACES = 64;

/**
 * Places of the log that were heard of and cannot be read yet, in their order. Bounded: one transaction that stays open
 * hides all that is committed after it, for as long as it likes.
 *
 * Cost  64 places at most, however many are added
 */
export class HiddenPlaces {
  private readonly places: bigint[] = [];

  /** The first of them, which is the first to become readable; undefined: there are none. */
  get head(): bigint | undefined {
    return this.places[0];
  }

  get size(): number {
    return this.places.length;
  }

  /** Adds a place. The log only rises: one that is not behind the last has nothing to add to it. */
  add(place: bigint): void {
    const last = this.places.at(-1);
    if (last !== undefined && place <= last) return;
    if (this.places.length === MOST_PLACES) this.places.pop();
    this.places.push(place);
  }

  /** Forgets those up to what is readable; answers whether there were any. */
  release(readable: bigint): boolean {
    const found = this.places.findIndex((place) => place > readable);
    const released = found === -1 ? this.places.length : found;
    this.places.splice(0, released);
    return released > 0;
  }
}

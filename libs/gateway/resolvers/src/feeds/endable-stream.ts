/** What a feed hands out: an iterator that can be ended from outside. */
export interface EndableStream<T> extends AsyncIterableIterator<T> {
  return(): Promise<IteratorResult<T>>;
  fail(failure: Error): void;
}

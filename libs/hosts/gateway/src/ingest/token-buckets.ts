/** Seconds of its rate that a key may save up. */
const BURST_SECONDS = 10;
/** Buckets kept; those of keys that were not used for longest go first, and are full again when they come back. */
const KEPT = 10_000;

interface Bucket {
  tokens: number;
  at: number;
}

/** A rate for each of many keys. */
export class TokenBuckets {
  private readonly buckets = new Map<string, Bucket>();

  /** `perSecond` 0: no limit. */
  constructor(private readonly perSecond: number) {}

  /**
   * Takes so many tokens. A call may run its key into debt, so that one larger than the burst is not shut out for ever.
   *
   * Units   milliseconds until the key has tokens again; 0: taken
   */
  take(key: string, amount: number, nowMs: number): number {
    if (this.perSecond <= 0) return 0;
    const burst = this.perSecond * BURST_SECONDS;
    const bucket = this.buckets.get(key) ?? { tokens: burst, at: nowMs };
    bucket.tokens = Math.min(burst, bucket.tokens + (Math.max(0, nowMs - bucket.at) * this.perSecond) / 1_000);
    bucket.at = nowMs;
    this.buckets.delete(key);
    this.buckets.set(key, bucket);
    for (const oldest of this.buckets.keys()) {
      if (this.buckets.size <= KEPT) break;
      this.buckets.delete(oldest);
    }
    if (bucket.tokens <= 0) return Math.ceil(((1 - bucket.tokens) / this.perSecond) * 1_000);
    bucket.tokens -= amount;
    return 0;
  }
}

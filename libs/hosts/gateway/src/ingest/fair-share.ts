/**
 * A capacity that several users share: each may hold as much as is still free. One alone gets half of it, n equally
 * greedy ones get 1/(n + 1) each, and there is always room for a newcomer (dynamic thresholds, Choudhury and Hahne 1998).
 */
export class FairShare {
  private readonly held = new Map<string, number>();
  private total = 0;

  constructor(readonly capacity: number) {}

  /** What is held by all. */
  get used(): number {
    return this.total;
  }

  of(user: string): number {
    return this.held.get(user) ?? 0;
  }

  /** Takes the amount, or says no. What is larger than any share is let in when its user holds nothing. */
  enter(user: string, amount: number): boolean {
    const own = this.of(user);
    const free = this.capacity - this.total;
    if (own + amount > free - amount && !(own === 0 && amount <= free)) return false;
    this.held.set(user, own + amount);
    this.total += amount;
    return true;
  }

  leave(user: string, amount: number): void {
    const left = this.of(user) - amount;
    if (left > 0) this.held.set(user, left);
    else this.held.delete(user);
    this.total -= amount;
  }
}

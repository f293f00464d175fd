import type { Clock } from '@kohort/kernel-clock-random';
import type { PlanCheck, PlanGate, SourceId, TrackingStore, WorkspaceId } from '@kohort/kernel-contracts';
import { compilePlan, planSchema } from '@kohort/quality-domain';

/** What the gate needs. `maxAgeMs`: how long a plan is taken as known without another look; 5 seconds when absent. */
export interface PlanGateDeps {
  readonly store: Pick<TrackingStore, 'inForce'>;
  readonly clock: Clock;
  readonly maxAgeMs?: number;
}

interface Entry {
  readonly planId: string | null;
  readonly check: PlanCheck | null;
  lookedAt: number;
  /** A look that is under way; all who ask meanwhile wait for the one. */
  pending: Promise<Entry> | null;
}

const MAX_AGE_MS = 5_000;
/** Sources and compiled plans that are remembered; the oldest go first. */
const KEPT = 10_000;
const KEPT_PLANS = 500;

function remember<K, V>(map: Map<K, V>, key: K, value: V, limit: number): void {
  map.delete(key);
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > limit && oldest !== undefined) map.delete(oldest);
}

/**
 * The approved plans as the door sees them: each source's is looked up when its last look is older than `maxAgeMs`, by
 * one small query, and read and compiled only when it is another one. A version never changes, so that a compiled one
 * is good for ever.
 *
 * Cost    a map look-up a call; a query each 5 seconds and source; a compilation an approval
 * Throws  what the store throws when nothing is known of the source yet
 */
export function planGate(deps: PlanGateDeps): PlanGate {
  const { store, clock, maxAgeMs = MAX_AGE_MS } = deps;
  const entries = new Map<string, Entry>();
  const compiled = new Map<string, PlanCheck>();

  async function look(
    origin: { readonly workspaceId: WorkspaceId; readonly sourceId: SourceId },
    known: Entry | undefined,
  ): Promise<Entry> {
    const lookedAt = clock.now();
    const found = await store.inForce(origin, known?.planId);
    if (found.same && known) return { ...known, lookedAt, pending: null };
    const plan = found.same ? null : found.plan;
    if (plan === null) return { planId: null, check: null, lookedAt, pending: null };
    const { planId, planVersion, document } = plan;
    const ready = compiled.get(planId);
    const check = ready ?? compilePlan(planSchema.parse(document), { planId, planVersion });
    remember(compiled, planId, check, KEPT_PLANS);
    return { planId, check, lookedAt, pending: null };
  }

  async function refreshed(key: string, origin: Parameters<PlanGate['checkOf']>[0]): Promise<Entry> {
    const known = entries.get(key);
    try {
      const entry = await look(origin, known);
      remember(entries, key, entry, KEPT);
      return entry;
    } catch (thrown) {
      if (!known) throw thrown;
      // The database is away: the last known plan goes on, and the next look is one age later.
      known.lookedAt = clock.now();
      known.pending = null;
      return known;
    }
  }

  const firstLooks = new Map<string, Promise<Entry>>();
  return {
    async checkOf(origin) {
      const key = `${origin.workspaceId}/${origin.sourceId}`;
      const known = entries.get(key);
      if (known && clock.now() - known.lookedAt < maxAgeMs) return known.check;
      if (known) {
        known.pending ??= refreshed(key, origin);
        return (await known.pending).check;
      }
      const first = firstLooks.get(key) ?? refreshed(key, origin).finally(() => firstLooks.delete(key));
      firstLooks.set(key, first);
      return (await first).check;
    },
  };
}

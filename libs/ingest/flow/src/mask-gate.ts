import type { Clock } from '@kohort/kernel-clock-random';
import type { MaskGate, Masking, MaskingSettings, MaskingStore, MaskOrigin } from '@kohort/kernel-contracts';
import { compileMasking } from '@kohort/ingest-domain';

/** Replaces personal data of the kinds that the settings name. */
export type MaskText = (text: string, settings: Pick<MaskingSettings, 'kinds' | 'country'>) => string;

/** What the gate needs. `maskText` is asked for when a source has settings. */
export interface MaskGateDeps {
  readonly store: MaskingStore;
  readonly clock: Clock;
  readonly maskText: () => Promise<MaskText>;
  /** How long settings are taken as known without another look; 5 seconds when absent. */
  readonly maxAgeMs?: number;
}

interface Known {
  readonly text: string;
  readonly masking: Masking | null;
  readonly lookedAt: number;
}

const MAX_AGE_MS = 5_000;
/** Sources that are remembered; the oldest go first. */
const KEPT = 10_000;

/**
 * What is masked of each source, as the ways in see it: looked up by one small query when the last look is older than
 * `maxAgeMs`, and made ready only when it is another setting.
 *
 * Cost    a map look-up a call; a query each 5 seconds and source
 */
export function maskGate({ store, clock, maskText, maxAgeMs = MAX_AGE_MS }: MaskGateDeps): MaskGate {
  const sources = new Map<string, Known>();
  const looks = new Map<string, Promise<Masking | null>>();
  const keyOf = ({ workspaceId, sourceId }: MaskOrigin): string => `${workspaceId}/${sourceId}`;

  function remember(key: string, known: Known): Masking | null {
    sources.delete(key);
    sources.set(key, known);
    const [oldest] = sources.keys();
    if (sources.size > KEPT && oldest !== undefined) sources.delete(oldest);
    return known.masking;
  }

  async function ready(settings: MaskingSettings | null): Promise<Masking | null> {
    if (settings === null) return null;
    const mask = await maskText();
    return compileMasking(settings, (text) => mask(text, settings));
  }

  async function look(key: string, origin: MaskOrigin): Promise<Masking | null> {
    const before = sources.get(key);
    const lookedAt = clock.now();
    try {
      const settings = await store.settingsOf(origin);
      const text = JSON.stringify(settings);
      const masking = before?.text === text ? before.masking : await ready(settings);
      return remember(key, { text, masking, lookedAt });
    } catch (thrown) {
      if (!before) throw thrown;
      // The database is away: the last known setting goes on, and the next look is one age later.
      return remember(key, { ...before, lookedAt });
    }
  }

  return {
    async maskingOf(origin) {
      const key = keyOf(origin);
      const known = sources.get(key);
      if (known && clock.now() - known.lookedAt < maxAgeMs) return known.masking;
      // All who ask meanwhile wait for the one look.
      const pending = looks.get(key) ?? look(key, origin).finally(() => looks.delete(key));
      looks.set(key, pending);
      return pending;
    },
    known: (origin) => sources.get(keyOf(origin))?.masking,
  };
}

import { textMasker, type Engines } from '@kohort/hosts-runtime';
import { acceptEvents, maskGate } from '@kohort/ingest-flow';
import { runParams, type GroupedRequest, type MessageScreen, type StoreOutcome } from '@kohort/kernel-contracts';
import type { JobHandlers } from '@kohort/pipeline-map';
import {
  ingestStore,
  maskingStore,
  quarantineStore,
  runHandler,
  suppressionGate,
  trackingStore,
} from '@kohort/platform-postgres';
import { learnPlanFlow, planGate, replayQuarantine } from '@kohort/quality-flow';

/** What was replayed stays known: a second replay, or the same file imported again, stores nothing. */
const DEDUPE_DAYS = 36_500;

/** A store that keeps nothing: what a dry run sends messages to. */
const nowhere = {
  async store({ messages, refused }: GroupedRequest): Promise<StoreOutcome> {
    const stored = messages.length;
    const received = stored + refused.rejected + refused.suppressed + refused.quarantined;
    const counts = { received, stored, duplicate: 0, ...refused, duplicateConflict: 0 };
    return { batchId: null, outcomes: messages.map(() => 'stored'), counts };
  },
};

/** Proposals of tracking plans, and replays of what they blocked. */
export function trackingHandlers({
  database,
  clock,
  screen,
}: Pick<Engines, 'database' | 'clock'> & { readonly screen: MessageScreen }): JobHandlers {
  const store = trackingStore(database);
  // Who replays has just approved a plan: every page asks which one is in force.
  const plans = planGate({ store, clock, maxAgeMs: 0 });
  const masks = maskGate({ store: maskingStore(database), clock, maskText: () => textMasker(new Map()), maxAgeMs: 0 });
  const suppression = suppressionGate(database, screen);
  const replay = {
    quarantine: quarantineStore(database),
    ingest: acceptEvents({
      store: ingestStore(database, { screen }),
      dedupeDays: DEDUPE_DAYS,
      ...{ plans, masks, suppression },
    }),
    preview: acceptEvents({ store: nowhere, dedupeDays: DEDUPE_DAYS, plans }),
  };
  return {
    'tracking.learn': runHandler({
      database,
      clock,
      params: runParams['tracking.learn'],
      flow: (context, params) => learnPlanFlow({ store }, context, params),
    }),
    'tracking.replay': runHandler({
      database,
      clock,
      params: runParams['tracking.replay'],
      flow: (context, params) => replayQuarantine(replay, context, params),
    }),
  };
}

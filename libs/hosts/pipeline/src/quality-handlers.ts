import type { Engines } from '@kohort/hosts-runtime';
import { runParams } from '@kohort/kernel-contracts';
import type { JobHandlers } from '@kohort/pipeline-map';
import { qualityStore, runHandler } from '@kohort/platform-postgres';
import { profileQualityFlow } from '@kohort/quality-flow';

/** Half a year of weekly snapshots. */
const KEEP_WEEKS = 26;

/** The profile runs of sources and traits. */
export function qualityHandlers({ database, clock }: Pick<Engines, 'database' | 'clock'>): JobHandlers {
  return {
    'quality.profile': runHandler({
      database,
      clock,
      params: runParams['quality.profile'],
      flow: (context, params) =>
        profileQualityFlow({ store: qualityStore(database), keepWeeks: KEEP_WEEKS }, context, params),
    }),
  };
}

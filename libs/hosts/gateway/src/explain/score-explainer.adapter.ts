import { personFeatures } from '@kohort/features-flow';
import type { ScoreExplainer } from '@kohort/gateway-resolvers';
import type { Clock } from '@kohort/kernel-clock-random';
import type { ArtifactStore } from '@kohort/kernel-contracts';
import { ParsedModels, explainScore, requireModelFile, type ExplainScorePorts } from '@kohort/models-flow';
import {
  featureStatisticsStore,
  featureStore,
  modelFiles,
  personHistory,
  type Database,
} from '@kohort/platform-postgres';

const READ_MS = 5_000;

/** What an explainer stands on. */
export interface ExplainerParts {
  readonly database: Database;
  readonly artifacts: ArtifactStore;
  readonly clock: Clock;
}

/**
 * Says what stored scores are made of, from the artifacts and the person's own records: no column store is needed.
 * All contributions are given, so that they add up.
 */
export function scoreExplainer({ database, artifacts, clock }: ExplainerParts): ScoreExplainer {
  const reader = { database, clock, timeoutMs: READ_MS };
  const ports: ExplainScorePorts = {
    files: modelFiles(reader),
    models: new ParsedModels(artifacts),
    features: personFeatures({
      history: personHistory(reader),
      features: featureStore(database),
      statistics: featureStatisticsStore(database),
    }),
  };
  return {
    requireFile: (workspaceId, version) => requireModelFile({ files: ports.files, artifacts }, workspaceId, version),
    explain: (workspaceId, { score }) => explainScore(ports, workspaceId, score),
  };
}

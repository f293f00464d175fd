import { z } from 'zod';
import type { ScoreExplainer } from '@kohort/gateway-resolvers';
import type { Clock } from '@kohort/kernel-clock-random';
import type { ArtifactStore, ReadPort } from '@kohort/kernel-contracts';
import { explainPropensity, parsePropensity, peopleTable, type PropensityArtifact } from '@kohort/models-domain';

/** Model files held parsed; the least recently used go first. */
const HELD_MODELS = 8;
const MAX_REASONS = 10;
const READ_MS = 5_000;

const featureValues = z.record(z.string(), z.unknown());

async function textOf(artifacts: ArtifactStore, key: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of artifacts.read(key)) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

/** What an explainer stands on. */
export interface ExplainerParts {
  readonly read: ReadPort;
  readonly artifacts: ArtifactStore;
  readonly clock: Clock;
}

/**
 * Says what moved a propensity score: the exact contributions (log-odds) of the live version's model for this person's
 * computed features. Null where that cannot be said: no features, another kind of model, a version without a file.
 */
export function scoreExplainer(parts: ExplainerParts): ScoreExplainer {
  const held = new Map<string, Promise<PropensityArtifact>>();
  const modelOf = (key: string): Promise<PropensityArtifact> => {
    const found = held.get(key) ?? textOf(parts.artifacts, key).then(parsePropensity);
    held.delete(key);
    held.set(key, found);
    // A file that could not be read is not remembered: the next question reads it again.
    found.catch(() => held.delete(key));
    const [oldest] = held.keys();
    if (held.size > HELD_MODELS && oldest !== undefined) held.delete(oldest);
    return found;
  };
  return {
    async explain(workspaceId, { profileId, model, score }) {
      if (model.kind !== 'propensity') return null;
      const reader = parts.read.forWorkspace(workspaceId, parts.clock.now() + READ_MS);
      const [[version], features] = await Promise.all([
        reader.models.currentVersions([model.id]),
        reader.profiles.features(profileId),
      ]);
      if (version?.artifactKey == null || version.version !== score.version || !features) return null;
      const artifact = await modelOf(version.artifactKey);
      const values = featureValues.parse(features.values);
      if (!artifact.features.some((name) => name in values)) return null;
      const row = artifact.features.map((name) => (typeof values[name] === 'number' ? values[name] : Number.NaN));
      const table = peopleTable({ features: artifact.features, data: Float64Array.from(row) });
      const { reasons } = explainPropensity(artifact, { table, row: 0 }, MAX_REASONS);
      return reasons.map(({ feature, value, contribution }) => ({ feature, value, contribution }));
    },
  };
}

import {
  parseCalibration,
  parseLogistic,
  parseTreeEnsemble,
  type Calibration,
  type FittedLogistic,
  type TreeEnsemble,
} from '@kohort/ml-propensity';
import {
  binOutputs,
  linearOutputs,
  parseBinDesign,
  parseLinearDesign,
  type BinDesign,
  type LinearDesign,
} from '@kohort/ml-preprocessing';
import { toAppError } from '@kohort/kernel-errors';
import { z } from 'zod';
import { propensityModelErrors } from './propensity-errors';

/** A fitted model with the transform of its columns. */
export type PropensityModel =
  | { readonly kind: 'gbdt'; readonly design: BinDesign; readonly trees: TreeEnsemble }
  | {
      readonly kind: 'logistic';
      readonly design: LinearDesign;
      readonly logistic: FittedLogistic;
      /** Mean of each matrix column over the training rows: contributions are measured against it. */
      readonly means: readonly number[];
    };

/** All that scoring and explaining need, and nothing of the training rows but summaries. */
export interface PropensityArtifact {
  readonly schema: 1;
  readonly kind: 'propensity';
  /** Names of the source columns, in order. */
  readonly features: readonly string[];
  readonly model: PropensityModel;
  readonly calibration: Calibration;
}

const envelope = z.object({
  schema: z.literal(1),
  kind: z.literal('propensity'),
  features: z.array(z.string()).min(1),
  calibration: z.unknown(),
  model: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('gbdt'), design: z.unknown(), trees: z.unknown() }),
    z.object({ kind: z.literal('logistic'), design: z.unknown(), logistic: z.unknown(), means: z.array(z.number()) }),
  ]),
});

/** The source columns a model was fitted on, in order. */
export function designColumns({ kind, design }: PropensityModel): readonly { readonly name: string }[] {
  return kind === 'gbdt' ? design.columns : design.inputs;
}

/** The artifact as text. */
export function serialisePropensity(artifact: PropensityArtifact): string {
  return JSON.stringify(artifact);
}

/**
 * Reads an artifact and checks every part of it, so that a damaged one never scores anybody.
 *
 * Throws  PROPENSITY_ARTIFACT_INVALID
 */
export function parsePropensity(text: string): PropensityArtifact {
  try {
    const { schema, kind, features, calibration, model } = envelope.parse(JSON.parse(text));
    return { schema, kind, features, model: parseModel(model, features), calibration: parseCalibration(calibration) };
  } catch (cause) {
    const { message } = toAppError(cause, 'reading');
    throw propensityModelErrors.PROPENSITY_ARTIFACT_INVALID({ reason: message }, { cause });
  }
}

function parseModel(stored: z.infer<typeof envelope>['model'], features: readonly string[]): PropensityModel {
  const model: PropensityModel =
    stored.kind === 'gbdt'
      ? { kind: 'gbdt', design: parseBinDesign(stored.design), trees: parseTreeEnsemble(stored.trees) }
      : {
          kind: 'logistic',
          design: parseLinearDesign(stored.design),
          logistic: parseLogistic(stored.logistic),
          means: stored.means,
        };
  const designed = designColumns(model).map(({ name }) => name);
  if (designed.join('\n') !== features.join('\n')) {
    throw propensityModelErrors.PROPENSITY_ARTIFACT_INVALID({ reason: 'the feature list and the design differ' });
  }
  const width = (model.kind === 'gbdt' ? binOutputs(model.design) : linearOutputs(model.design)).length;
  const expected =
    model.kind === 'gbdt' ? [model.trees.featureCount] : [model.logistic.coefficients.length, model.means.length];
  if (expected.some((count) => count !== width)) {
    throw propensityModelErrors.PROPENSITY_ARTIFACT_INVALID({
      reason: `the design makes ${width} columns, the model knows others`,
    });
  }
  return model;
}

import { z } from 'zod';
import {
  featureStatisticsSchema,
  figuresOf,
  isTextFeature,
  numberStatistics,
  populationFormulas,
  populationKey,
  textStatistics,
  type FeatureDefinition,
  type FeatureStatistics,
} from '@kohort/features-domain';
import type {
  FeatureRow,
  FeatureSetPoint,
  FeatureStatisticsStore,
  FeatureValue,
  Json,
  ProfileMatrix,
  RunContext,
} from '@kohort/kernel-contracts';

import type { ReadTexts } from './text-reading';

/** Texts by person, in the order of the definitions. */
export type TextsByPerson = ReadonlyMap<string, readonly (string | null)[]>;

/** What a pass over everybody came to. */
export interface ComputedFeatures {
  /** A column a number, and behind them what formulas are told of everybody. */
  readonly matrix: ProfileMatrix;
  readonly numbers: readonly FeatureDefinition[];
  readonly texts: readonly FeatureDefinition[];
  readonly textOf: TextsByPerson;
  readonly said: ReadTexts;
}

/** One person's values. */
export function featureRowAt(
  { matrix, numbers, texts, textOf, said }: ComputedFeatures,
  row: number,
): FeatureRow | undefined {
  const profileId = matrix.profileIds[row];
  if (profileId === undefined) return undefined;
  const values: Record<string, FeatureValue> = {};
  numbers.forEach(({ key }, col) => {
    const value = matrix.matrix[row * matrix.cols + col] ?? NaN;
    // JSON has no NaN; missing is missing.
    values[key] = Number.isNaN(value) ? null : value;
  });
  texts.forEach(({ key }, i) => {
    values[key] = textOf.get(profileId)?.[i] ?? null;
  });
  said.definitions.forEach(({ key }, i) => {
    values[key] = said.valuesOf.get(profileId)?.[i] ?? null;
  });
  return { profileId, values };
}

function figures({ matrix, numbers }: ComputedFeatures): Readonly<Record<string, readonly number[]>> {
  let at = numbers.length;
  const told = populationFormulas(numbers).map((formula) => {
    const values = [...matrix.matrix.subarray(at, at + figuresOf(formula))];
    at += values.length;
    return [populationKey(formula), values] as const;
  });
  // Nobody at all, or nobody with a figure: nothing is told.
  return Object.fromEntries(told.filter(([, values]) => values.length > 0 && values.every(Number.isFinite)));
}

const jsonOf = (statistics: FeatureStatistics): Json => z.json().parse(statistics);

interface StatisticsPorts {
  readonly statistics: Pick<FeatureStatisticsStore, 'save' | 'earliest'>;
}

/** Keeps what the values are like, over the bins of the version's first statistics, and what everybody's figures are. */
export async function keepStatistics(
  { statistics }: StatisticsPorts,
  { fence, signal }: RunContext,
  { computed, point }: { readonly computed: ComputedFeatures; readonly point: FeatureSetPoint },
): Promise<void> {
  const { matrix, numbers, texts, textOf, said } = computed;
  const first = new Map<string, FeatureStatistics>();
  for (const { key, asOf, statistics: kept } of await statistics.earliest(fence.workspaceId, point.definitionVersion)) {
    // A repeat of the first pass makes its own bins again.
    const parsed = featureStatisticsSchema.safeParse(kept);
    if (parsed.success && asOf !== point.asOf) first.set(key, parsed.data);
  }
  const edgesOf = (key: string): readonly number[] | undefined => {
    const earlier = first.get(key);
    return earlier?.kind === 'number' && earlier.counts.length > 0 ? earlier.edges : undefined;
  };
  const rows = numbers.map(({ key }, col) => {
    signal.throwIfAborted();
    const column = Float64Array.from(
      { length: matrix.rows },
      (_, row) => matrix.matrix[row * matrix.cols + col] ?? NaN,
    );
    return { key, statistics: jsonOf(numberStatistics(column, edgesOf(key))) };
  });
  const named = texts.map(({ key }, i) => {
    const values = matrix.profileIds.map((id) => textOf.get(id)?.[i] ?? null);
    return { key, statistics: jsonOf(textStatistics(values)) };
  });
  const read = said.definitions.map((definition, i) => {
    const { key } = definition;
    const values = matrix.profileIds.map((id) => said.valuesOf.get(id)?.[i] ?? null);
    if (isTextFeature(definition)) {
      return {
        key,
        statistics: jsonOf(textStatistics(values.map((value) => (typeof value === 'string' ? value : null)))),
      };
    }
    const column = values.map((value) => (typeof value === 'number' ? value : NaN));
    return { key, statistics: jsonOf(numberStatistics(column, edgesOf(key))) };
  });
  await statistics.save(fence, point, { rows: [...rows, ...named, ...read], population: figures(computed) });
}

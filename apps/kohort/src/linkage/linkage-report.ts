import {
  allPairs,
  LEVEL,
  LEVEL_NAMES,
  levelsOfType,
  LEVELS,
  linkageErrors,
  probabilityOf,
  textAt,
  type EncodedTable,
  type LinkageQuality,
  type LinkOutcome,
} from '@kohort/identity-linkage';
import type { FieldWeights, LinkageReport } from './linkage-request';

function fieldWeights(table: EncodedTable, outcome: LinkOutcome): FieldWeights[] {
  const { model } = outcome.learned;
  return table.fields.map(({ column, type, missing, counts }, f) => ({
    column,
    type,
    missing,
    dependsOn: table.fields[model.chance.parents[f] ?? -1]?.column ?? null,
    distinct: counts.reduce((sum, count) => sum + Number(count > 0), 0),
    levels: LEVEL_NAMES.slice(0, LEVEL.missing)
      .map((level, at) => ({
        level,
        m: model.m[f]?.[at] ?? 0,
        u: model.chance.otherwise[f]?.[at] ?? 0,
        bits: model.bits[f * LEVELS + at] ?? 0,
        givenBits: (model.chance.parents[f] ?? -1) < 0 ? null : (model.givenBits[f * LEVELS + at] ?? 0),
      }))
      // Levels that the type does not have are pseudo-counts and nothing else.
      .filter(({ level }) => levelsOfType(type).includes(level)),
  }));
}

function explained(
  {
    table,
    outcome,
    ids,
  }: { readonly table: EncodedTable; readonly outcome: LinkOutcome; readonly ids: readonly string[] },
  [a, b]: readonly [string, string],
): LinkageReport['explanation'] {
  const i = ids.indexOf(a);
  const j = ids.lastIndexOf(b);
  if (i < 0 || j < 0 || i === j)
    throw linkageErrors.LINKAGE_BAD_PARAMETER({ parameter: 'explain', must: 'the names of two records' });
  const { scorer, learned } = outcome;
  const { priorBits, neighbourPriorBits } = learned.model;
  const [low, high] = [Math.min(i, j), Math.max(i, j)];
  let sumBits = priorBits;
  let neighbourBits = neighbourPriorBits;
  const fields = scorer.explain(low, high).map((evidence) => {
    const field = table.fields[evidence.field];
    const valueOf = (record: number): string => {
      const value = field?.values[record] ?? -1;
      const texts = table.vocabularies[field?.vocabulary ?? -1]?.texts;
      return value < 0 || !texts ? '' : textAt(texts, value);
    };
    sumBits += evidence.bits + evidence.rarityBits;
    neighbourBits += evidence.neighbourBits;
    const { bits, rarityBits } = evidence;
    const level = LEVEL_NAMES[evidence.level] ?? '';
    return {
      column: field?.column ?? '',
      level,
      first: valueOf(low),
      second: valueOf(high),
      bits,
      rarityBits,
      sumBits,
    };
  });
  const weightBits = scorer.weight(low, high, -Infinity);
  return {
    fields,
    priorBits,
    weightBits,
    probability: probabilityOf(weightBits),
    neighbourBits: Number.isFinite(neighbourBits) ? neighbourBits : null,
  };
}

/** Everything about a linkage but its pairs. */
export function linkageReport(
  found: { readonly table: EncodedTable; readonly outcome: LinkOutcome; readonly ids: readonly string[] },
  {
    columns,
    compared,
    quality,
    explain,
  }: {
    readonly columns: number;
    readonly compared: LinkageReport['compared'];
    readonly quality: LinkageQuality | null;
    readonly explain: readonly [string, string] | undefined;
  },
): LinkageReport {
  const { table, outcome } = found;
  const { learned, passes, clusters, decided } = outcome;
  const skipped = passes.filter(({ skippedBlocks }) => skippedBlocks > 0);
  const unsettled = learned.passes.filter(({ hasConverged }) => !hasConverged);
  return {
    rows: table.records,
    columns,
    fields: fieldWeights(table, outcome),
    blocking: passes.map(({ rule, pairs, largest, skippedBlocks, skippedPairs }) => ({
      rule: rule.name,
      pairs,
      largestBlock: largest,
      skippedBlocks,
      skippedPairs,
    })),
    expectedCoverage: outcome.expectedCoverage,
    learning: learned.passes,
    lambda: learned.lambda,
    hasNeighbours: Number.isFinite(learned.model.neighbourPriorBits),
    candidates: outcome.candidates,
    compared,
    reductionRatio: 1 - outcome.candidates / allPairs(table),
    matches: decided.matches,
    reviews: decided.reviews,
    clusters: clusters.clusters,
    chainsCut: clusters.chainsCut,
    isOneToOne: outcome.isOneToOne,
    quality,
    explanation: explain ? explained(found, explain) : null,
    warnings: [
      ...learned.warnings,
      ...unsettled.map(({ rule, rounds }) => `EM on ${rule} had not settled after ${rounds} rounds`),
      ...skipped.map(
        ({ rule, skippedBlocks, skippedPairs }) =>
          `${rule.name}: ${skippedBlocks} blocks too large, ${skippedPairs} pairs not compared`,
      ),
    ],
  };
}

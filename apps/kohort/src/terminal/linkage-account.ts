import type { LinkageReport } from '../linkage/linkage-request';
import { count, percent } from './account';
import { textTable } from './text-table';

const signed = (bits: number): string => `${bits >= 0 ? '+' : ''}${bits.toFixed(1)}`;
const small = (share: number): string => (share >= 0.001 ? share.toFixed(4) : share.toExponential(1));

function blockingText({
  blocking,
  learning,
  expectedCoverage,
  reductionRatio,
  candidates,
  compared,
}: LinkageReport): string {
  const rows = blocking.map(({ rule, pairs, largestBlock, skippedBlocks }, i) => [
    rule,
    count(pairs),
    count(largestBlock),
    count(skippedBlocks),
    percent(learning[i]?.shareOfMatches ?? null),
    learning[i]?.hasConverged ? count(learning[i]?.rounds ?? 0) : 'not settled',
  ]);
  const covered = expectedCoverage === null ? '' : `, ${percent(expectedCoverage)} of imagined true pairs covered`;
  // The rate of a small file would be that of starting threads.
  const isTold = compared.pairs >= 100_000;
  const rate = isTold
    ? ` ${count(Math.round((compared.pairs / Math.max(1, compared.ms)) * 1000))} compared a second,`
    : '';
  return `${textTable(['blocking rule', 'pairs', 'largest', 'skipped', 'matches', 'EM rounds'], rows)}
  ${count(candidates)} distinct pairs,${rate} ${(reductionRatio * 100).toFixed(4)} % of all pairs saved${covered}`;
}

function weightsText({ fields }: LinkageReport): string {
  const rows = fields.flatMap(({ column, type, levels, dependsOn }) =>
    levels.map(({ level, m, u, bits, givenBits }, i) => [
      i === 0 ? column : '',
      i === 0 ? type : '',
      level,
      small(m),
      small(u),
      signed(bits),
      givenBits === null ? '' : signed(givenBits),
      i === 0 && dependsOn !== null ? `where ${dependsOn} agrees` : '',
    ]),
  );
  return textTable(['field', 'type', 'level', 'm', 'u', 'bits', 'given', ''], rows);
}

function explanationText({ explanation }: LinkageReport): string {
  if (!explanation) return '';
  const rows = [
    ['prior', '', '', '', signed(explanation.priorBits), '', signed(explanation.priorBits)],
    ...explanation.fields.map(({ column, first, second, level, bits, rarityBits, sumBits }) => [
      column,
      first,
      second,
      level,
      signed(bits),
      rarityBits === 0 ? '' : signed(rarityBits),
      signed(sumBits),
    ]),
  ];
  const near = explanation.neighbourBits === null ? '' : `, against neighbours ${signed(explanation.neighbourBits)}`;
  return `\n${textTable(['field', 'first', 'second', 'level', 'bits', 'rarity', 'sum'], rows)}
  weight ${signed(explanation.weightBits)}${near}: probability ${explanation.probability.toFixed(6)}`;
}

function qualityText({ quality }: LinkageReport): string {
  if (!quality) return '';
  const { beforeResolution: before, pairsCompleteness, truePositives, falsePositives, falseNegatives } = quality;
  return `\n  against the truth: ${count(truePositives)} right, ${count(falsePositives)} wrong, ${count(falseNegatives)} missed; blocking keeps ${percent(pairsCompleteness)} of true pairs
  before clusters were resolved: precision ${before.precision.toFixed(4)}, recall ${before.recall.toFixed(4)}, F1 ${before.f1.toFixed(4)}`;
}

/** What a linkage did, for people: blocking, weights, the explanation of a pair, quality where the truth is known. */
export function linkageText(report: LinkageReport): string {
  const notes = [
    report.isOneToOne ? '  each record matches at most one of the other file' : '',
    report.hasNeighbours ? '  there are neighbours, alike but not the same: weights count against them too' : '',
  ].filter((line) => line !== '');
  return (
    [blockingText(report), weightsText(report), ...notes].join('\n') + qualityText(report) + explanationText(report)
  );
}

import {
  goalsOf,
  type DecidingCondition,
  type FixtureCaseOutcome,
  type FixtureFailure,
  type FixtureReason,
  type LeafCoverage,
  type RuleCoverage,
} from '@kohort/segments-domain';
import { textTable } from './text-table';

/** Ids of a difference that are listed; the number of the others is told. */
const IDS_SHOWN = 10;
/** People whose reasons are told for one instant; `--json` has more. */
const REASONS_TOLD = 3;
/** Ids that a message without one was given say nothing to people. */
const MADE_UP_ID = /^no-message-id:/;
/** Conditions are cut at this width in the table. */
const TEXT_WIDTH = 70;

function idList(ids: readonly string[]): string {
  const more = ids.length - IDS_SHOWN;
  return ids.slice(0, IDS_SHOWN).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

function condition({ node, text, result, values, count, window, eventIds }: DecidingCondition): string {
  const named = eventIds.filter((id) => !MADE_UP_ID.test(id));
  const seen = [
    ...(count === null ? [] : [`${count} counted${named.length === 0 ? '' : ` (${idList(named)})`}`]),
    ...(window === null ? [] : [`from ${window.from ?? 'the first'} to ${window.to ?? 'the last'}`]),
    ...(count === null ? values.map((value) => JSON.stringify(value)) : []),
  ];
  return `${result ? 'holds' : 'does not hold'}: ${text} [${node}]${seen.length === 0 ? '' : `; ${seen.join(', ')}`}`;
}

function reason({ profile, member, because, flip }: FixtureReason): string[] {
  return [
    `      ${profile} is ${member ? 'in' : 'out'}`,
    ...because.map((one) => `        ${condition(one)}`),
    ...(flip === null
      ? []
      : [
          flip.kind === 'time'
            ? `        turns round with nothing new at ${flip.by ?? 'some time'}`
            : `        would turn round with: ${flip.text}`,
        ]),
  ];
}

function failure({ at, missing, unexpected, unknown, next, why }: FixtureFailure): string[] {
  return [
    `    at ${at}`,
    ...(missing.length === 0 ? [] : [`      - expected in, but out: ${idList(missing)}`]),
    ...(unexpected.length === 0 ? [] : [`      + expected out, but in: ${idList(unexpected)}`]),
    ...unknown.map(
      ({ id, suggestion }) =>
        `      ? no event is of "${id}"${suggestion === null ? '' : `; did you mean "${suggestion}"?`}`,
    ),
    ...(next === null
      ? []
      : [
          `      ~ ${next.profile} changes next at ${next.actual ?? 'no time'}, expected ${next.expected ?? 'no time'}`,
        ]),
    ...why.slice(0, REASONS_TOLD).flatMap(reason),
  ];
}

/** One case: a line, and under it what was not met. */
export function caseAccount({ name, passed, failures }: FixtureCaseOutcome): string {
  return [`  ${passed ? '✓' : '✗'} ${name}`, ...failures.flatMap(failure)].join('\n');
}

const mark = (met: boolean | null): string => (met === null ? '·' : met ? '✓' : '✗');

function leafRow(leaf: LeafCoverage): string[] {
  const text = leaf.text.length > TEXT_WIDTH ? `${leaf.text.slice(0, TEXT_WIDTH - 1)}…` : leaf.text;
  const { seenTrue, seenFalse, entryByTime, exitByTime } = leaf;
  const covered = goalsOf(leaf).every((met) => met) ? 'covered' : 'uncovered';
  return [leaf.id, text, ...[seenTrue, seenFalse, entryByTime, exitByTime].map(mark), covered];
}

/** The conditions of the rules with what was seen of each; `·` where time alone changes nothing for anybody. */
export function coverageAccount(list: readonly RuleCoverage[]): string {
  const rows = list.flatMap(({ leaves }) => leaves.map(leafRow));
  return textTable(['node', 'condition', 'true', 'false', 'enters by time', 'leaves by time', ''], rows);
}

import type { SegmentRule, WorkspaceId } from '@kohort/kernel-contracts';
import { compileRules, isBatchOnly, parseRule, type ParsedRule } from '@kohort/segments-domain';
import { answerRules, type AskedRule, type Question } from './answer-rules';
import { refuseCircle, unlessItOpens } from './circles';
import { emptySegment } from './empty-segment';
import { FillPass, type BackfillDeps, type BackfillEnd, type BackfillRun, type Filling } from './fill-pass';
import { compileLiveRules, namedBy, rulesByKey, withDependents } from './live-rule-set';
import { checkpointOf, publishVersion, type Checkpoint } from './publish-version';
import { segmentsFlowErrors } from './segments-flow-errors';
import { settleVersions } from './settle-versions';

interface ParsedFilling extends Filling {
  readonly parsed: ParsedRule;
}

/** The version, or the end of a run that has none to fill. */
async function openFilling(deps: BackfillDeps, pass: FillPass, run: BackfillRun): Promise<Filling | null> {
  const { context, params } = run;
  const { segmentId, version: number } = params;
  try {
    const version = await deps.store.versionToFill(context.fence.workspaceId, segmentId, number);
    if (version === null) throw segmentsFlowErrors.SEGMENTS_VERSION_MISSING({ segmentId, version: number });
    if (!version.isArchived) return { run, version };
    if (params.emptied !== true) throw segmentsFlowErrors.SEGMENTS_SEGMENT_ARCHIVED({ key: version.rule.key });
    const { exited } = await emptySegment(deps, context, version);
    pass.end(run, { result: { members: 0, entered: 0, exited, corrected: 0 } });
  } catch (thrown) {
    pass.end(run, { thrown });
  }
  return null;
}

/**
 * Those that may be filled together: no segment twice, and none that refers to another that is still to be filled, whose
 * version may yet be held.
 */
function nextRound(waiting: readonly ParsedFilling[], live: ReadonlyMap<string, ParsedRule>): readonly ParsedFilling[] {
  const keyOf = ({ version }: Filling): string => version.rule.key;
  const rules = new Map([...live, ...waiting.map((one) => [keyOf(one), one.parsed] as const)]);
  const [taken, keys] = [new Map<string, ParsedFilling>(), new Set(waiting.map(keyOf))];
  for (const filling of waiting) {
    const named = namedBy(filling.parsed, rules);
    const waitsFor = [...named].some((key) => key !== keyOf(filling) && keys.has(key));
    if (!waitsFor && !taken.has(keyOf(filling))) taken.set(keyOf(filling), filling);
  }
  return taken.size > 0 ? [...taken.values()] : waiting.slice(0, 1);
}

interface RoundScope {
  readonly deps: BackfillDeps;
  readonly pass: FillPass;
  readonly workspaceId: WorkspaceId;
}

/** The rules of a round with those that refer to them, and all that any of them may refer to. */
async function questionOf(
  { deps, pass, workspaceId }: RoundScope,
  fillings: readonly ParsedFilling[],
  now: number,
): Promise<{ readonly question: Question; readonly open: readonly ParsedFilling[] }> {
  const live = await deps.store.liveRules(workspaceId);
  // Those of one round do not name each other: each is held against what serves.
  const round: ParsedFilling[] = [];
  for (const filling of fillings) {
    const { rule } = filling.version;
    try {
      refuseCircle(rule, live);
      round.push(filling);
    } catch (thrown) {
      pass.end(filling.run, { thrown: await unlessItOpens(deps.store, { workspaceId, rule }, thrown) });
    }
  }
  const asked = new Map<string, SegmentRule>(round.map(({ version: { rule } }) => [rule.segmentId, rule]));
  const others = live.segments.filter(({ segmentId }) => !asked.has(segmentId));
  const rules = { ...live, segments: [...others, ...asked.values()] };
  const { segments, relational } = compileLiveRules(rules);
  const byKey = rulesByKey(segments);
  const open = round.filter(({ run, version, parsed }) => {
    try {
      // A rule that cannot be evaluated for a person is refused by name, not taken for an empty segment.
      const options = {
        segments: byKey,
        otherSegments: 'membership',
        timezone: live.timezone,
        entity: parsed.entity,
      } as const;
      if (!isBatchOnly(parsed)) compileRules([{ rule: parsed, key: version.rule.key }], options);
      return true;
    } catch (thrown) {
      pass.end(run, { thrown });
      return false;
    }
  });
  const own = open.map(({ parsed, version: { rule } }): AskedRule => ({ ...rule, parsed }));
  const dependents = withDependents(segments, new Set(own.map(({ key }) => key)));
  const more = dependents.filter(({ segmentId }) => !asked.has(segmentId));
  return { question: { workspaceId, now, rules: [...own, ...more], live: rules, byKey, relational }, open };
}

async function fillRound(scope: RoundScope, round: readonly ParsedFilling[]): Promise<void> {
  const { deps, pass, workspaceId } = scope;
  const mark = await deps.store.mark(workspaceId);
  const { question, open } = await questionOf(scope, round, mark.now);
  if (open.length === 0) return;
  const answers = await answerRules(deps, question, pass);
  const served = new Map<ParsedFilling, Checkpoint>();
  const resumed: ParsedFilling[] = [];
  await pass.each(open, async (filling) => {
    const answer = answers.get(filling.version.rule.segmentId);
    if (answer === undefined) throw segmentsFlowErrors.SEGMENTS_PREVIEW_EMPTY();
    if ('thrown' in answer) throw answer.thrown;
    const earlier = checkpointOf(filling);
    if (earlier !== null) resumed.push(filling);
    try {
      served.set(filling, earlier ?? (await publishVersion(deps, filling, { answer, now: mark.now })));
    } catch (thrown) {
      throw await unlessItOpens(deps.store, { workspaceId, rule: filling.version.rule }, thrown);
    }
  });
  if (served.size === 0) return;
  const idOf = ({ version }: Filling) => version.rule.segmentId;
  const { entered, exited } = await settleVersions(deps, pass, {
    question,
    mark,
    answers,
    segmentIds: [...served.keys()].map(idOf),
    unwritten: resumed.map(idOf),
    cause: [...served.keys()].every(({ run }) => run.params.refresh !== undefined) ? 'time' : 'edit',
    isWhole: served.size === round.length,
  });
  for (const [{ run }, { members, ...counts }] of served) {
    const { entered: came, exited: went } = counts;
    pass.end(run, { result: { members, entered: came, exited: went, corrected: entered + exited } });
  }
}

/**
 * Computes versions of segments for everybody and makes them serve, as many at a time as wait.
 *
 * Promise   at least once; each entry and exit once; an old version serves until its new one is whole; a version that
 *           fails, is held or is cancelled leaves the others alone
 * Key       the standing membership, under each run's fence
 * Order     members of all from the column store → for each: difference → pointer → timers, and people who changed
 *           meanwhile, of all
 * Resume    before the pointer: anew, what stands is not written again; behind it: what follows it is done again
 * Size      one reading of the events for all; at most 20,000 changes a transaction while nothing serves; an edit's
 *           difference in one, so that no reader sees two versions mixed
 * Throws    nothing: each run's end is its result or what stood in its way: SEGMENTS_GUARD_HELD when an edit would take more
 *           than 30 % of the members out and nobody released it; SEGMENTS_VERSION_MISSING, SEGMENTS_SEGMENT_ARCHIVED,
 *           SEGMENTS_RULE_… when the rule cannot be evaluated, SEGMENTS_SEGMENT_CYCLE when it would name itself through
 *           what serves: of versions that close a circle together, the last
 */
export async function backfillSegments(
  deps: BackfillDeps,
  runs: readonly BackfillRun[],
): Promise<readonly BackfillEnd[]> {
  const pass = new FillPass(runs);
  const opened: ParsedFilling[] = [];
  for (const run of runs) {
    const filling = await openFilling(deps, pass, run);
    if (filling === null) continue;
    try {
      const { rule } = filling.version;
      opened.push({ ...filling, parsed: parseRule(rule.rule, rule.key) });
    } catch (thrown) {
      pass.end(run, { thrown });
    }
  }
  const workspaceId = runs[0]?.context.fence.workspaceId;
  for (let waiting: readonly ParsedFilling[] = opened; waiting.length > 0 && workspaceId !== undefined;) {
    const live = rulesByKey(compileLiveRules(await deps.store.liveRules(workspaceId)).segments);
    const round = nextRound(waiting, live);
    try {
      await fillRound({ deps, pass, workspaceId }, round);
    } catch (thrown) {
      for (const { run } of round) pass.end(run, { thrown });
    }
    waiting = waiting.filter((one) => !round.includes(one) && pass.isOpen(one.run));
  }
  return pass.outcome();
}

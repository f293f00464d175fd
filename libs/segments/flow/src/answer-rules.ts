import type { FillAnswer, LiveRules, ProfileId, SegmentId, WorkspaceId } from '@kohort/kernel-contracts';
import { isAppError, type AppError } from '@kohort/kernel-errors';
import {
  compileFill,
  evaluateRules,
  isBatchOnly,
  peopleSlices,
  type ParsedRule,
  type PeopleSlice,
} from '@kohort/segments-domain';
import { toHistory } from './decide-memberships';
import { PEOPLE_AT_ONCE } from './evaluate-profiles';
import { someAtOnce, type Answer, type BackfillDeps, type FillPass } from './fill-pass';
import { compileLiveRules } from './live-rule-set';
import { segmentsFlowErrors } from './segments-flow-errors';

/** A rule that is asked for everybody. */
export interface AskedRule {
  readonly segmentId: SegmentId;
  readonly key: string;
  readonly parsed: ParsedRule;
}

/** What is asked for everybody, at one instant. */
export interface Question {
  readonly workspaceId: WorkspaceId;
  /** Epoch milliseconds. */
  readonly now: number;
  readonly rules: readonly AskedRule[];
  /** All rules that may be referred to, with the asked ones in the versions that are asked. */
  readonly live: LiveRules;
  readonly byKey: ReadonlyMap<string, ParsedRule>;
  /** Keys of segments that lead from people to accounts, or back. */
  readonly relational: ReadonlySet<string>;
}

/** A rule's answer, or why there is none. */
export type Answered = Answer | { readonly thrown: AppError };

/** People of one slice: what a statement holds in memory is of so many. */
const PEOPLE_A_SLICE = 200_000;
/** The engine reads no longer statement than 262,144 characters. */
const LONGEST_STATEMENT = 200_000;

/** A rule that no statement says, or whose statement the store cannot carry, is answered person by person. */
const SPLIT = new Set(['COLUMNS_TOO_HEAVY', 'COLUMNS_STATEMENT_INVALID']);

type Way = 'together' | 'alone' | 'walk';

const optionsOf = ({ workspaceId, now, live, byKey }: Question) => ({
  workspaceId,
  nowMs: now,
  timezone: live.timezone,
  segments: byKey,
});

/** What is wrong with a statement that holds somebody's predicate is wrong with the predicate. */
function refused({ key, parsed }: AskedRule, thrown: AppError): AppError {
  if (!isBatchOnly(parsed) || thrown.code !== 'COLUMNS_STATEMENT_INVALID') return thrown;
  return segmentsFlowErrors.SEGMENTS_PREDICATE_REFUSED({ key, reason: thrown.message }, { cause: thrown });
}

/** How a rule is answered: in a statement with others, in one of its own, or person by person. */
function wayOf(question: Question, rule: AskedRule): Way | { readonly thrown: AppError } {
  const isBatch = isBatchOnly(rule.parsed);
  try {
    const { untimed } = compileFill([{ rule: rule.parsed, key: rule.key }], optionsOf(question));
    // A statement is over one entity. Who is asked through a relation may be more than an evaluation reads.
    if (isBatch || rule.parsed.entity === 'account' || question.relational.has(rule.key)) return 'alone';
    return untimed.size > 0 ? 'walk' : 'together';
  } catch (thrown) {
    if (!isAppError(thrown)) throw thrown;
    return !isBatch && thrown.code === 'SEGMENTS_NODE_UNSUPPORTED' ? 'walk' : { thrown };
  }
}

class Asking {
  readonly answers = new Map<SegmentId, Answered>();
  private readonly walked: AskedRule[] = [];
  private slices: readonly PeopleSlice[] = [];

  constructor(
    private readonly deps: BackfillDeps,
    private readonly question: Question,
    private readonly pass: FillPass,
  ) {}

  async all(): Promise<ReadonlyMap<SegmentId, Answered>> {
    const { question, pass } = this;
    const { workspaceId } = question;
    const [together, alone]: [AskedRule[], AskedRule[]] = [[], []];
    for (const rule of question.rules) {
      const way = wayOf(question, rule);
      if (typeof way === 'object') this.answers.set(rule.segmentId, way);
      else (way === 'together' ? together : way === 'alone' ? alone : this.walked).push(rule);
    }
    if (together.length + alone.length > 0) {
      pass.tell({ phase: 'loading columns', done: 0, total: null });
      await this.deps.loader.load(workspaceId, { signal: pass.signal });
      pass.tell({ phase: 'asking the column store', done: 0, total: null });
      const everybody = 'SELECT profile_id FROM profiles WHERE workspace_id = {workspaceId:UUID}';
      const people = await this.deps.columns.count(everybody, { workspaceId }, { signal: pass.signal });
      this.slices = peopleSlices(Math.ceil(people / PEOPLE_A_SLICE));
      await this.ask(together);
      // A ranking is of everybody at once, and a predicate that fails must fail by itself.
      for (const rule of alone) await this.askAlone(rule);
    }
    if (this.walked.length > 0) await this.walk(this.walked);
    return this.answers;
  }

  private async ask(rules: readonly AskedRule[]): Promise<void> {
    const [only] = rules;
    if (only === undefined) return;
    try {
      const answers = await this.asked(rules, this.slices);
      if (answers !== null)
        return rules.forEach(({ segmentId }, i) => this.answers.set(segmentId, answers[i] ?? EMPTY));
    } catch (thrown) {
      if (!isAppError(thrown) || !SPLIT.has(thrown.code)) throw thrown;
      if (rules.length === 1 && thrown.code === 'COLUMNS_TOO_HEAVY') return void this.walked.push(only);
      if (rules.length === 1) return void this.answers.set(only.segmentId, { thrown: refused(only, thrown) });
    }
    const half = Math.ceil(rules.length / 2);
    await this.ask(rules.slice(0, half));
    await this.ask(rules.slice(half));
  }

  private async askAlone(rule: AskedRule): Promise<void> {
    try {
      const [answer = EMPTY] = (await this.asked([rule], [null])) ?? [];
      this.answers.set(rule.segmentId, answer);
    } catch (thrown) {
      if (!isAppError(thrown) || !SPLIT.has(thrown.code)) throw thrown;
      if (thrown.code === 'COLUMNS_TOO_HEAVY' && !isBatchOnly(rule.parsed)) return void this.walked.push(rule);
      this.answers.set(rule.segmentId, { thrown: refused(rule, thrown) });
    }
  }

  /** Null when the statement would be too long. */
  private async asked(
    rules: readonly AskedRule[],
    slices: readonly (PeopleSlice | null)[],
  ): Promise<readonly Answer[] | null> {
    const { pass, question, deps } = this;
    const asked = rules.map(({ parsed, key }) => ({ rule: parsed, key }));
    const statement = (slice: PeopleSlice | null) => compileFill(asked, optionsOf(question), slice);
    if (rules.length > 1 && statement(slices[0] ?? null).sql.length > LONGEST_STATEMENT) return null;
    const parts: (readonly FillAnswer[])[] = [];
    let done = 0;
    // The engine plans a statement on one core: meanwhile the other works off the slice before.
    await someAtOnce([...slices.entries()], async ([place, slice]) => {
      const { sql, params } = statement(slice);
      parts[place] = await deps.columns.fill({ sql, params, rules: rules.length }, { signal: pass.signal });
      done += 1;
      pass.tell({ phase: 'asking the column store', done, total: slices.length });
    });
    return rules.map((_, i) => ({
      ids: parts.flatMap((part) => part[i]?.members ?? []),
      waking: parts.flatMap((part) => part[i]?.waking ?? []),
      dueAt: parts.flatMap((part) => part[i]?.dueAt ?? []),
    }));
  }

  /** Everybody's answers, person by person: one walk for all the rules, with their shared leaves. */
  private async walk(rules: readonly AskedRule[]): Promise<void> {
    const { deps, pass, question } = this;
    const { workspaceId, now, live } = question;
    const set = compileLiveRules(
      live,
      rules.map(({ segmentId }) => segmentId),
    );
    const empty = (): { ids: ProfileId[]; waking: ProfileId[]; dueAt: number[] } => ({
      ids: [],
      waking: [],
      dueAt: [],
    });
    const found = new Map(set.segments.map(({ segmentId }) => [segmentId, empty()]));
    let [after, done]: [ProfileId | null, number] = [null, 0];
    for (;;) {
      pass.signal.throwIfAborted();
      const some: readonly ProfileId[] = await deps.store.profilesAfter(workspaceId, after, PEOPLE_AT_ONCE);
      const last = some.at(-1);
      if (last === undefined) break;
      const { people } = await deps.store.read(workspaceId, some, () => set.needs);
      for (const person of people) {
        if (!person.isLive) continue;
        const { segments, compiled } = set.judging[person.entity];
        evaluateRules(compiled, toHistory(person), now).forEach(({ member, nextChangeAt }, i) => {
          const segment = segments[i];
          const answer = segment && found.get(segment.segmentId);
          if (member) answer?.ids.push(person.profileId);
          if (nextChangeAt === null) return;
          answer?.waking.push(person.profileId);
          answer?.dueAt.push(nextChangeAt);
        });
      }
      after = last;
      done += some.length;
      pass.tell({ phase: 'evaluating people', done, total: null });
    }
    for (const [segmentId, answer] of found) this.answers.set(segmentId, answer);
  }
}

const EMPTY: Answer = { ids: [], waking: [], dueAt: [] };

/**
 * Answers many rules for everybody: those that a statement says in one reading of the column store, all others in one walk
 * over people. What rules share is computed once either way.
 *
 * Cost    one load of what is new; the events once for each slice of people; a walk only where a rule needs it
 */
export function answerRules(
  deps: BackfillDeps,
  question: Question,
  pass: FillPass,
): Promise<ReadonlyMap<SegmentId, Answered>> {
  return new Asking(deps, question, pass).all();
}

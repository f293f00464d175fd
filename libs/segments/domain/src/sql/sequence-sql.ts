import type { ParsedSequence } from '../rule/parsed-rule';
import { EventTuple } from './event-tuple';
import { JsonValue } from './json-value';
import { mergeSql, nearestSql } from './nearest-sql';
import { isSettledAlone, planSequence, type PlannedRef, type PlannedWithout, type SequencePlan } from './sequence-plan';
import { sqlReference, type SqlContext } from './sql-condition';
import { element, gatherValue } from './step-value';

/** What a sequence asks of the pass that reads the events. */
export interface SequenceSource {
  /** The column that the answer gets; the names of all others begin with it. */
  readonly column: string;
  readonly context: SqlContext;
  /** Conditions over an event's columns: that it can be a step, and lies in the window; that it must not be. */
  readonly steps: readonly string[];
  readonly without: readonly string[];
  /** A condition over an event's time, for windows that begin or end at one of the profile's own events. */
  readonly edge: ((time: string) => string) | null;
}

/** A column computed from those of the levels below it. */
export interface LevelColumn {
  readonly name: string;
  readonly sql: string;
}

/** A sequence as SQL: what is gathered of which events, and the columns that are computed of it, level by level. */
export interface SequenceSql {
  readonly row: string;
  readonly condition: string;
  readonly levels: readonly (readonly LevelColumn[])[];
  readonly test: string;
}

type EventOf = (step: number) => string;

/**
 * Seeks a sequence in a profile's events with array functions. Step by step a list of partial matches is carried on:
 * the event of the last step, and the events of those before it that something later still looks at.
 */
class SequenceStatement {
  private readonly plan: SequencePlan;
  private readonly tuple: EventTuple;
  private readonly levels: LevelColumn[][] = [];

  constructor(
    parsed: ParsedSequence,
    private readonly source: SequenceSource,
  ) {
    this.plan = planSequence(parsed);
    this.tuple = new EventTuple(this.plan);
  }

  build(): SequenceSql {
    const { steps, strict } = this.plan.parsed;
    const all = this.column('all', this.tuple.fromRows(`${this.source.column}_rows`));
    this.plan.without.forEach(({ index }) => {
      this.column(`w${index}`, `arrayFilter(e -> ${this.tuple.isBanned('e', index)}, ${all})`);
    });
    let states = '';
    steps.forEach((_, k) => {
      const candidates = this.settled(k, this.column(`c${k}`, this.candidates(k, all)));
      states = k === 0 ? candidates : this.step(k, states, candidates);
    });
    const flags = [...this.source.steps, ...this.source.without];
    return {
      row: this.row(flags),
      // What follows at once is seen only among all events.
      condition: strict ? '1' : `((${flags.join(') OR (')}))`,
      levels: this.levels,
      test: `notEmpty(${states})`,
    };
  }

  private column(name: string, sql: string): string {
    const full = `${this.source.column}_${name}`;
    this.levels.push([{ name: full, sql }]);
    return full;
  }

  private banned(index: number): string {
    return `${this.source.column}_w${index}`;
  }

  /** What is gathered of an event: time and id, by which rows are sorted, then what its tuple holds from the key on. */
  private row(flags: readonly string[]): string {
    const { params, zone } = this.source.context;
    const { keyBy } = this.plan.parsed;
    const key = keyBy === null ? `'-'` : new JsonValue('properties', keyBy.steps, params).identity;
    const values = this.plan.paths.map(({ steps, isTime }) =>
      gatherValue(new JsonValue('properties', steps, params), isTime ? zone : null),
    );
    const parts = ['toUnixTimestamp64Milli(ts)', 'toString(event_id)', key];
    return `(${[...parts, ...flags.map((flag) => `toUInt8(${flag})`), ...values].join(', ')})`;
  }

  private candidates(k: number, all: string): string {
    const { edge } = this.source;
    const conditions = [
      this.tuple.isStep('e', k),
      ...(edge === null ? [] : [edge(this.tuple.time('e'))]),
      ...(this.plan.parsed.keyBy === null ? [] : [`${this.tuple.key('e')} != ''`]),
    ];
    return `arrayFilter(e -> ${conditions.join(' AND ')}, ${all})`;
  }

  private refs(refs: readonly PlannedRef[], event: string, of: EventOf): readonly string[] {
    return refs.map(({ op, own, step, other }) => {
      const sides = { value: this.tuple.value(event, own), other: this.tuple.value(of(step), other) };
      return sqlReference(op, sides, this.source.context);
    });
  }

  /** A group of equal values: tuples are equal when every reference holds, and every value can be equal to something. */
  private group(refs: readonly PlannedRef[], event: string, side: 'own' | 'other'): readonly string[] {
    return refs.map((ref) => this.tuple.value(event, ref[side]).group);
  }

  /** A step's candidates without those behind which there is what must not be, as far as they alone can tell. */
  private settled(k: number, candidates: string): string {
    const { params, now } = this.source.context;
    let left = candidates;
    for (const without of this.plan.without) {
      const { rule, index } = without;
      if (rule.before !== null || rule.after !== k) continue;
      const span = params.integer(rule.withinMs);
      const hasPassed = `arrayFilter(e -> ${this.tuple.time('e')} + ${span} <= ${params.integer(now)}, ${left})`;
      left = this.column(`p${index}`, hasPassed);
      if (!isSettledAlone(without)) continue;
      left = without.refs.every(({ op }) => op === 'eq')
        ? this.withoutFollower(without, left)
        : this.column(`u${index}`, `arrayFilter(e -> NOT ${this.isFollowed(without, 'e', () => 'e')}, ${left})`);
    }
    return left;
  }

  private withoutFollower({ rule, index, refs }: PlannedWithout, list: string): string {
    const own = this.group(refs, 'e', 'own');
    const time = this.tuple.time('e');
    const isPossible = own.map((part) => `${part} != ''`).join(' AND ') || '1';
    const merged = this.column(
      `m${index}`,
      mergeSql(
        {
          list: `arrayFilter(e -> ${isPossible}, ${this.banned(index)})`,
          group: `tuple(${["'-'", ...own].join(', ')})`,
          time,
          tie: ['0', this.tuple.rank('e')],
        },
        {
          list,
          group: `tuple(${["'-'", ...this.group(refs, 'e', 'other')].join(', ')})`,
          time,
          tie: ['1', this.tuple.rank('e')],
        },
      ),
    );
    const within = `f.2 <= m.2 + ${this.source.context.params.integer(rule.withinMs)}`;
    return this.column(
      `u${index}`,
      nearestSql(merged, 'after', (isFound) => `NOT (${isFound} AND ${within})`),
    );
  }

  private isFollowed({ rule, index, refs }: PlannedWithout, event: string, of: EventOf): string {
    const [time, since] = [this.tuple.time('w'), this.tuple.time(event)];
    const until = `${since} + ${this.source.context.params.integer(rule.withinMs)}`;
    const conditions = [`${time} > ${since}`, `${time} <= ${until}`, ...this.refs(refs, 'w', of)];
    return `arrayExists(w -> ${conditions.join(' AND ')}, ${this.banned(index)})`;
  }

  private isBetween({ rule, index, refs }: PlannedWithout, event: string, of: EventOf): string {
    const rank = this.tuple.rank('w');
    const conditions = [
      `${rank} > ${this.tuple.rank(of(rule.after))}`,
      `${rank} < ${this.tuple.rank(event)}`,
      ...this.refs(refs, 'w', of),
    ];
    return `arrayExists(w -> ${conditions.join(' AND ')}, ${this.banned(index)})`;
  }

  /** Bounds that hold between a step's event and the one before it, whatever else the step looks at. */
  private bounds(k: number, event: string, previous: string): readonly string[] {
    const { params } = this.source.context;
    const { steps, strict } = this.plan.parsed;
    const step = steps[k];
    const [time, since] = [this.tuple.time(event), this.tuple.time(previous)];
    return [
      ...(step === undefined || step.maxGapMs === Infinity
        ? []
        : [`${time} - ${since} <= ${params.integer(step.maxGapMs)}`]),
      ...(strict ? [`${this.tuple.rank(event)} = ${this.tuple.rank(previous)} + 1`] : []),
    ];
  }

  /** None of what must not be, where nothing but the places of two steps' events decides. */
  private countsBetween(k: number, event: string, of: EventOf): readonly string[] {
    return this.plan.without.flatMap(({ rule, index, refs }) => {
      if (rule.before !== k || refs.length > 0) return [];
      const upTo = `${this.tuple.bannedSoFar(event, index)} - ${this.tuple.isBanned(event, index)}`;
      return [`${upTo} = ${this.tuple.bannedSoFar(of(rule.after), index)}`];
    });
  }

  /** Partial matches that end in step k. */
  private step(k: number, states: string, candidates: string): string {
    const [live, later] = [this.plan.live[k] ?? [], this.plan.live[k + 1] ?? []];
    const refs = this.plan.refs[k] ?? [];
    const remaining = this.plan.without.filter((without) =>
      without.rule.before === null
        ? without.rule.after === k && !isSettledAlone(without)
        : without.rule.before === k && without.refs.length > 0,
    );
    const isSimple = live.length + later.length + remaining.length === 0 && refs.every(({ op }) => op === 'eq');
    return isSimple ? this.nearestStep(k, states, candidates) : this.pairedStep(k, { states, candidates, remaining });
  }

  /** Of the events that may precede, the latest is the best for every bound: one look at it tells. */
  private nearestStep(k: number, states: string, candidates: string): string {
    const { params } = this.source.context;
    const refs = this.plan.refs[k] ?? [];
    const minGapMs = this.plan.parsed.steps[k]?.minGapMs ?? 0;
    const [rank, time, key] = [this.tuple.rank('e'), this.tuple.time('e'), this.tuple.key('e')];
    const own = this.group(refs, 'e', 'own');
    const other = this.group(refs, 'e', 'other');
    const isPossible = other.map((part) => `${part} != ''`).join(' AND ') || '1';
    // With no gap asked for it is the order of events that counts, else the time alone.
    const tie = (isPoint: 0 | 1): [string, string] =>
      minGapMs === 0 ? [rank, String(isPoint)] : [String(1 - isPoint), rank];
    const merged = this.column(
      `m_${k}`,
      mergeSql(
        {
          list: `arrayFilter(e -> ${isPossible}, ${states})`,
          group: `tuple(${[key, ...other].join(', ')})`,
          time: `${time} + ${params.integer(minGapMs)}`,
          tie: tie(1),
        },
        { list: candidates, group: `tuple(${[key, ...own].join(', ')})`, time, tie: tie(0) },
      ),
    );
    const holds = [...this.bounds(k, 'm.6', 'f.6'), ...this.countsBetween(k, 'm.6', () => 'f.6')];
    return this.column(
      `s${k}`,
      nearestSql(merged, 'before', (isFound) => [isFound, ...holds].join(' AND ')),
    );
  }

  /** Every partial match with every candidate. */
  private pairedStep(
    k: number,
    { states, candidates, remaining }: { states: string; candidates: string; remaining: readonly PlannedWithout[] },
  ): string {
    const { params } = this.source.context;
    const [live, later] = [this.plan.live[k] ?? [], this.plan.live[k + 1] ?? []];
    const of =
      (event: string, state: string): EventOf =>
      (step) => {
        if (step === k) return event;
        if (step === k - 1) return live.length === 0 ? state : element(state, 1);
        return element(state, 2 + live.indexOf(step));
      };
    const eventOf = of('e', 's');
    const previous = eventOf(k - 1);
    const minGapMs = this.plan.parsed.steps[k]?.minGapMs ?? 0;
    const conditions = [
      minGapMs === 0
        ? `${this.tuple.rank('e')} > ${this.tuple.rank(previous)}`
        : `${this.tuple.time('e')} - ${this.tuple.time(previous)} >= ${params.integer(minGapMs)}`,
      `${this.tuple.key('e')} = ${this.tuple.key(previous)}`,
      ...this.bounds(k, 'e', previous),
      ...this.countsBetween(k, 'e', eventOf),
      ...this.refs(this.plan.refs[k] ?? [], 'e', eventOf),
    ].join(' AND ');
    if (remaining.length + later.length === 0) {
      return this.column(`s${k}`, `arrayFilter(e -> arrayExists(s -> ${conditions}, ${states}), ${candidates})`);
    }
    const pairs = (made: string): string =>
      `arrayFlatten(arrayMap(e -> arrayMap(s -> ${made}, arrayFilter(s -> ${conditions}, ${states})), ${candidates}))`;
    const carried = (event: string, earlier: EventOf): string =>
      later.length === 0 ? event : `(${[event, ...later.map(earlier)].join(', ')})`;
    if (remaining.length === 0) return this.column(`s${k}`, `arrayDistinct(${pairs(carried('e', eventOf))})`);
    const inPair = of('p.1', 'p.2');
    const banned = remaining.map((without) =>
      without.rule.before === null ? this.isFollowed(without, 'p.1', inPair) : this.isBetween(without, 'p.1', inPair),
    );
    const kept = `arrayFilter(p -> NOT (${banned.join(' OR ')}), ${this.column(`q${k}`, pairs('(e, s)'))})`;
    return this.column(`s${k}`, `arrayDistinct(arrayMap(p -> ${carried('p.1', inPair)}, ${kept}))`);
  }
}

/**
 * A sequence as SQL, exact in every shape.
 *
 * Cost    O(n log n) a step that depends on the step before it by order, gap, key and equality alone; the product of
 *         partial matches and candidates for one that compares otherwise, looks further back, or whose `without` does
 */
export function sequenceSql(parsed: ParsedSequence, source: SequenceSource): SequenceSql {
  return new SequenceStatement(parsed, source).build();
}

import type { LiveRules, SegmentId, SegmentRule } from '@kohort/kernel-contracts';
import { isAppError } from '@kohort/kernel-errors';
import {
  compileRules,
  parseRule,
  recordsNeeded,
  segmentsNamed,
  usesModels,
  usesRelations,
  type CompiledRules,
  type CompileOptions,
  type Entity,
  type NeededRecords,
  type ParsedRule,
} from '@kohort/segments-domain';

/** A live segment whose rule can be evaluated. */
export interface ReadableSegment extends SegmentRule {
  readonly parsed: ParsedRule;
}

/** The rules over people, or those over accounts. */
export interface EntityRules {
  /** In the order of the compiled rules. */
  readonly segments: readonly ReadableSegment[];
  readonly compiled: CompiledRules;
}

/** The rules of a workspace, ready to be evaluated together. */
export interface LiveRuleSet {
  /** Of people and of accounts. */
  readonly segments: readonly ReadableSegment[];
  /** What judges the one, and what the other. */
  readonly judging: Readonly<Record<Entity, EntityRules>>;
  /** Keys of segments whose answer follows from relations, directly or through other segments. */
  readonly relational: ReadonlySet<string>;
  readonly needs: NeededRecords;
  /** Keys of segments whose stored rule cannot be evaluated for a person; they keep their members as they are. */
  readonly unreadable: readonly string[];
}

/** Rules by their segments' keys, for the `segment` nodes of others. */
export function rulesByKey(segments: readonly ReadableSegment[]): ReadonlyMap<string, ParsedRule> {
  return new Map(segments.map(({ key, parsed }) => [key, parsed]));
}

/** Each behind those that it names; of a circle, which data from before may hold, the last closes it and cannot be compiled. */
function namedFirst(segments: readonly ReadableSegment[]): readonly ReadableSegment[] {
  const byKey = segmentsByKey(segments);
  const ordered = new Set<ReadableSegment>();
  const begun = new Set<ReadableSegment>();
  const visit = (segment: ReadableSegment | undefined): void => {
    if (segment === undefined || begun.has(segment)) return;
    begun.add(segment);
    for (const name of segmentsNamed(segment.parsed)) visit(byKey.get(name));
    ordered.add(segment);
  };
  segments.forEach(visit);
  return [...ordered];
}

function readable({ segments, timezone }: LiveRules): {
  readable: readonly ReadableSegment[];
  unreadable: readonly string[];
} {
  const unreadable: string[] = [];
  const attempt = <T>(segment: SegmentRule, work: () => T): T | null => {
    try {
      return work();
    } catch (thrown) {
      // One bad rule must not stop the others: it is named in every outcome instead.
      if (!isAppError(thrown) || thrown.kind !== 'invalid-input') throw thrown;
      unreadable.push(segment.key);
      return null;
    }
  };
  const parsed = segments.flatMap((segment): ReadableSegment[] => {
    const rule = attempt(segment, () => parseRule(segment.rule, segment.key));
    return rule === null ? [] : [{ ...segment, parsed: rule }];
  });
  // Who refers to what is not evaluated (rankings and predicates, which are counted, and rules that cannot be) looks at
  // its members.
  const followed = new Map<string, ParsedRule>();
  const options = { segments: followed, otherSegments: 'membership', timezone } as const;
  for (const segment of namedFirst(parsed)) {
    const { parsed: rule, key } = segment;
    if (attempt(segment, () => compileRules([{ rule, key }], { ...options, entity: rule.entity })) !== null)
      followed.set(key, rule);
  }
  return { readable: parsed.filter(({ key }) => followed.has(key)), unreadable };
}

/** Segments that name one of the given, directly or through others, and these themselves. */
export function withDependents(
  segments: readonly ReadableSegment[],
  keys: ReadonlySet<string>,
): readonly ReadableSegment[] {
  const found = new Set(keys);
  for (;;) {
    const more = segments.filter(
      ({ key, parsed }) => !found.has(key) && [...segmentsNamed(parsed)].some((name) => found.has(name)),
    );
    if (more.length === 0) break;
    more.forEach(({ key }) => found.add(key));
  }
  return segments.filter(({ key }) => found.has(key));
}

/** Everything that a rule refers to, directly or through others. */
export function namedBy(rule: ParsedRule, rules: ReadonlyMap<string, ParsedRule>): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (one: ParsedRule): void => {
    for (const key of segmentsNamed(one)) {
      if (found.has(key)) continue;
      found.add(key);
      const named = rules.get(key);
      if (named !== undefined) visit(named);
    }
  };
  visit(rule);
  return found;
}

/** Segments by their keys. */
export const segmentsByKey = (segments: readonly ReadableSegment[]): ReadonlyMap<string, ReadableSegment> =>
  new Map(segments.map((segment) => [segment.key, segment]));

/** What has to be read so that the given rules, and those that they name directly or through others, can be asked. */
export function recordsOf(
  byKey: ReadonlyMap<string, ReadableSegment>,
  given: readonly ReadableSegment[],
): NeededRecords {
  const found = new Map<string, ReadableSegment>();
  const visit = (segment: ReadableSegment | undefined): void => {
    if (segment === undefined || found.has(segment.key)) return;
    found.set(segment.key, segment);
    for (const name of segmentsNamed(segment.parsed)) visit(byKey.get(name));
  };
  given.forEach(visit);
  return recordsNeeded([...found.values()].map(({ parsed }) => parsed));
}

/** Segments whose answer may follow from a model, directly or through other segments. */
export function modelSegments(segments: readonly ReadableSegment[]): readonly ReadableSegment[] {
  const own = new Set(segments.filter(({ parsed }) => usesModels(parsed)).map(({ key }) => key));
  return withDependents(segments, own);
}

/** Compiles the rules of a workspace; only `segmentIds` are evaluated where they are given, all may be referred to. */
export function compileLiveRules(rules: LiveRules, segmentIds?: readonly SegmentId[]): LiveRuleSet {
  const { readable: good, unreadable } = readable(rules);
  const options: CompileOptions = {
    segments: rulesByKey(good),
    otherSegments: 'membership',
    timezone: rules.timezone,
  };
  const segments = segmentIds === undefined ? good : good.filter(({ segmentId }) => segmentIds.includes(segmentId));
  const over = (entity: Entity): EntityRules => {
    const own = segments.filter(({ parsed }) => parsed.entity === entity);
    const asked = own.map(({ parsed, key }) => ({ rule: parsed, key }));
    return { segments: own, compiled: compileRules(asked, { ...options, entity }) };
  };
  const leading = good.filter(({ parsed }) => usesRelations(parsed)).map(({ key }) => key);
  return {
    segments,
    judging: { profile: over('profile'), account: over('account') },
    relational: new Set(withDependents(good, new Set(leading)).map(({ key }) => key)),
    needs: recordsOf(segmentsByKey(good), segments),
    unreadable,
  };
}

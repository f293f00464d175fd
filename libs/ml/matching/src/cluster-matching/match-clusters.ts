import { optimalAssignment } from '../assignment/optimal-assignment';
import { closenessOf } from './closeness';
import { overlapOf, type ClusterSnapshot, type Overlap } from './overlap';

/** What became of a cluster; clusters by their number at their own date. */
export type ClusterVerdict =
  | {
      readonly kind: 'same';
      readonly before: number;
      readonly after: number;
      /** 0..1: what the two were matched by. */
      readonly similarity: number;
      /** People in both over people in either. */
      readonly sharedMembers: number;
    }
  /** `carriedBy` takes the name; the others are new by its side. */
  | { readonly kind: 'split'; readonly before: number; readonly after: readonly number[]; readonly carriedBy: number }
  /** The name of `carries` goes on; the others' end. */
  | { readonly kind: 'merged'; readonly before: readonly number[]; readonly after: number; readonly carries: number }
  | { readonly kind: 'new'; readonly after: number }
  | { readonly kind: 'gone'; readonly before: number };

/** The thresholds of `matchClusters`, shares of one. */
export interface MatchRule {
  /** Least similarity of two clusters that are the same; default 0.4. */
  readonly leastSame: number;
  /** A part of a split or a merger counts from this share of the whole on; default 0.2. */
  readonly leastPart: number;
  /** A part belongs to one whole when more than this share of it comes from there, or goes there; default 0.5. */
  readonly mostlyFrom: number;
  /** Weight of members in the similarity where both members and centroids are known; default 0.7. */
  readonly memberWeight: number;
}

export const matchRule: MatchRule = { leastSame: 0.4, leastPart: 0.2, mostlyFrom: 0.5, memberWeight: 0.7 };

/** Two clusterings compared. */
export interface ClusterMatch {
  /** Old clusters in their order, then what is new: every cluster of either date stands in exactly one verdict. */
  readonly verdicts: readonly ClusterVerdict[];
  /** The old cluster whose name each new one carries; −1 for none. */
  readonly nameOf: Int32Array;
  /** before.k × after.k: how many people went where. */
  readonly flows: Float64Array;
  /** People in a cluster at both dates; 0 means that centroids alone decided. */
  readonly people: number;
}

interface Shape {
  readonly old: number;
  readonly now: number;
}

function memberShare({ joint, before, after }: Overlap, now: number, at: number): number {
  const either = (before[Math.floor(at / now)] as number) + (after[at % now] as number) - (joint[at] as number);
  return either > 0 ? (joint[at] as number) / either : 0;
}

function similarities(input: MatchInput, overlap: Overlap, weight: number): Float64Array {
  const closeness = closenessOf(input.before, input.after);
  return Float64Array.from(overlap.joint, (_, at) => {
    const members = memberShare(overlap, input.after.k, at);
    if (!closeness) return members;
    const near = closeness[at] as number;
    return overlap.people === 0 ? near : weight * members + (1 - weight) * near;
  });
}

/** New clusters that are parts of an old one: enough of it, and mostly from it. */
function partsOf(overlap: Overlap, { now }: Shape, rule: MatchRule, old: number): number[] {
  const whole = overlap.before[old] as number;
  return Array.from({ length: now }, (_, at) => at).filter((at) => {
    const moved = overlap.joint[old * now + at] as number;
    return moved > 0 && moved >= rule.leastPart * whole && moved > rule.mostlyFrom * (overlap.after[at] as number);
  });
}

/** Old clusters that went into a new one: enough of it, and mostly into it. */
function sourcesOf(overlap: Overlap, { old, now }: Shape, rule: MatchRule, at: number): number[] {
  const whole = overlap.after[at] as number;
  return Array.from({ length: old }, (_, from) => from).filter((from) => {
    const moved = overlap.joint[from * now + at] as number;
    return moved > 0 && moved >= rule.leastPart * whole && moved > rule.mostlyFrom * (overlap.before[from] as number);
  });
}

/** The member of a list with the most people on a flow, the first of equals. */
const largest = (list: readonly number[], flow: (member: number) => number): number =>
  list.reduce((best, member) => (flow(member) > flow(best) ? member : best), list[0] as number);

type Regrouping = Extract<ClusterVerdict, { readonly kind: 'split' | 'merged' }>;

/** A split or a merger, and how many people it explains. */
interface Candidate {
  readonly verdict: Regrouping;
  readonly people: number;
}

function candidatesOf(overlap: Overlap, shape: Shape, rule: MatchRule): Candidate[] {
  const found: Candidate[] = [];
  const flow = (before: number, after: number): number => overlap.joint[before * shape.now + after] as number;
  for (let before = 0; before < shape.old; before += 1) {
    const after = partsOf(overlap, shape, rule, before);
    if (after.length < 2) continue;
    const carriedBy = largest(after, (at) => flow(before, at));
    const people = after.reduce((sum, at) => sum + flow(before, at), 0);
    found.push({ verdict: { kind: 'split', before, after, carriedBy }, people });
  }
  for (let after = 0; after < shape.now; after += 1) {
    const before = sourcesOf(overlap, shape, rule, after);
    if (before.length < 2) continue;
    const carries = largest(before, (from) => flow(from, after));
    const people = before.reduce((sum, from) => sum + flow(from, after), 0);
    found.push({ verdict: { kind: 'merged', before, after, carries }, people });
  }
  return found.sort((a, b) => b.people - a.people);
}

/** Clusters spoken of: old ones and new ones. */
type Taken = readonly [Set<number>, Set<number>];

/** Splits and mergers; where both would speak of one cluster, the one that explains more people. */
function regroupings(candidates: readonly Candidate[], taken: Taken): Regrouping[] {
  return candidates.flatMap(({ verdict }) => {
    const before = verdict.kind === 'split' ? [verdict.before] : verdict.before;
    const after = verdict.kind === 'split' ? verdict.after : [verdict.after];
    if (before.some((from) => taken[0].has(from)) || after.some((at) => taken[1].has(at))) return [];
    before.forEach((from) => taken[0].add(from));
    after.forEach((at) => taken[1].add(at));
    return [verdict];
  });
}

/** Pairs the clusters that no regrouping speaks of, at the greatest similarity in all. */
function pairsOf(similarity: Float64Array, { old, now }: Shape, taken: Taken): Int32Array {
  const costs = similarity.map((value, at) =>
    taken[0].has(Math.floor(at / now)) || taken[1].has(at % now) ? 0 : value,
  );
  return optimalAssignment({ costs, rows: old, cols: now, goal: 'most' }).columns;
}

/** Two dates to compare. */
export interface MatchInput {
  readonly before: ClusterSnapshot;
  readonly after: ClusterSnapshot;
}

const firstOf = (verdict: ClusterVerdict): number =>
  verdict.kind === 'new' ? Infinity : typeof verdict.before === 'number' ? verdict.before : Math.min(...verdict.before);

/**
 * Which new cluster is which old one.
 *
 * A cluster is split when two or more new ones each took enough of it and consist mostly of it; merged is the mirror
 * image; where both would speak of one cluster the one that explains more people is told. The rest are paired by optimal assignment on similarity: members shared (Jaccard, over people seen at both
 * dates) and nearness of centroids. Pairs below `leastSame` are gone and new.
 *
 * Shape   labels: one a person, persons in the same order at both dates
 * Ties    in a split or merger the lower number carries the name
 * Cost    O(people + k³)
 * Throws  MATCHING_CLUSTERINGS
 */
export function matchClusters(input: MatchInput, rule: MatchRule = matchRule): ClusterMatch {
  const overlap = overlapOf(input.before, input.after);
  const shape = { old: input.before.k, now: input.after.k };
  const similarity = similarities(input, overlap, rule.memberWeight);
  const nameOf = new Int32Array(shape.now).fill(-1);
  const taken: Taken = [new Set(), new Set()];
  const regrouped = regroupings(candidatesOf(overlap, shape, rule), taken);
  for (const verdict of regrouped) {
    if (verdict.kind === 'split') nameOf[verdict.carriedBy] = verdict.before;
    else nameOf[verdict.after] = verdict.carries;
  }
  const verdicts: ClusterVerdict[] = [...regrouped];
  const pairs = pairsOf(similarity, shape, taken);
  for (let before = 0; before < shape.old; before += 1) {
    const after = pairs[before] as number;
    if (taken[0].has(before)) continue;
    const at = before * shape.now + after;
    if (after >= 0 && !taken[1].has(after) && (similarity[at] as number) >= rule.leastSame) {
      const sharedMembers = memberShare(overlap, shape.now, at);
      verdicts.push({ kind: 'same', before, after, similarity: similarity[at] as number, sharedMembers });
      nameOf[after] = before;
      taken[1].add(after);
    } else verdicts.push({ kind: 'gone', before });
  }
  for (let after = 0; after < shape.now; after += 1) if (!taken[1].has(after)) verdicts.push({ kind: 'new', after });
  verdicts.sort((a, b) => (firstOf(a) === firstOf(b) ? 0 : firstOf(a) - firstOf(b)));
  return { verdicts, nameOf, flows: overlap.joint, people: overlap.people };
}

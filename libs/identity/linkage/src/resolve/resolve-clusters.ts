import type { WeighedPairs } from '../pairs/pair-scorer';

/** What resolution needs to know. */
export interface ResolveInput {
  readonly records: number;
  readonly pairs: WeighedPairs;
  /** Weight from which a pair is a match. */
  readonly matchBits: number;
  /** Weight of any two records, for pairs that no blocking pass brought together. */
  readonly weightOf: (i: number, j: number) => number;
}

/** Which records are one. */
export interface Clusters {
  /** The lowest record of the cluster of each record. */
  readonly clusterOf: Int32Array;
  /** Clusters of two records or more. */
  readonly clusters: number;
  /** Chains of matches that were cut. */
  readonly chainsCut: number;
}

/** One pair speaks with so many bits at most: a chain is judged by how many pairs speak for it. */
const LOUDEST = 10;
/** Larger components are cut at their weakest links first: judging them costs the square of their size. */
const LARGEST = 128;

function find(parent: Int32Array, record: number): number {
  let root = record;
  while (parent[root] !== root) root = parent[root] as number;
  for (let at = record; parent[at] !== root;) {
    const next = parent[at] as number;
    parent[at] = root;
    at = next;
  }
  return root;
}

function join(parent: Int32Array, a: number, b: number): void {
  const x = find(parent, a);
  const y = find(parent, b);
  if (x !== y) parent[Math.max(x, y)] = Math.min(x, y);
}

/** Components of at most LARGEST members: the strongest links are joined first, and one too many is left out. */
function components({ records, pairs, matchBits }: ResolveInput): {
  readonly parent: Int32Array;
  readonly refused: number;
} {
  const parent = Int32Array.from({ length: records }, (_, i) => i);
  const sizes = new Int32Array(records).fill(1);
  const links = Uint32Array.from(pairs.bits.keys()).filter((p) => (pairs.bits[p] as number) >= matchBits);
  links.sort((p, q) => (pairs.bits[q] as number) - (pairs.bits[p] as number) || p - q);
  let refused = 0;
  for (const p of links) {
    const a = find(parent, pairs.first[p] as number);
    const b = find(parent, pairs.second[p] as number);
    if (a === b) continue;
    const size = (sizes[a] as number) + (sizes[b] as number);
    if (size > LARGEST) {
      refused += 1;
      continue;
    }
    join(parent, a, b);
    sizes[Math.min(a, b)] = size;
  }
  return { parent, refused };
}

/** Joins the groups that speak loudest for each other until no two groups do. */
function agglomerate(members: readonly number[], weightOf: (i: number, j: number) => number): number[][] {
  const groups = members.map((member) => [member]);
  const between = members.map((a) => members.map((b) => (a === b ? 0 : weightOf(a, b))));
  for (;;) {
    let best = 0;
    let at: readonly [number, number] | undefined;
    for (let x = 0; x < groups.length; x += 1) {
      for (let y = x + 1; y < groups.length; y += 1) {
        const weight = between[x]?.[y] ?? 0;
        if (weight > best) {
          best = weight;
          at = [x, y];
        }
      }
    }
    if (!at) return groups;
    const [x, y] = at;
    groups[x] = [...(groups[x] ?? []), ...(groups[y] ?? [])];
    groups.splice(y, 1);
    const [gone = []] = between.splice(y, 1);
    const kept = between[x] ?? [];
    gone.forEach((weight, z) => {
      kept[z] = (kept[z] ?? 0) + weight;
    });
    for (let z = 0; z < between.length; z += 1) {
      const row = between[z] ?? [];
      row[x] = kept[z >= y ? z + 1 : z] ?? 0;
      row.splice(y, 1);
    }
    if (between[x]) between[x][x] = 0;
  }
}

/**
 * Turns pairs into clusters. Records joined by a chain of matches are one only if all pairs between them, seen together,
 * say so: within each component groups are joined greedily while the sum of the weights between them, each at most ten
 * bits loud and counted from the threshold, is positive (correlation clustering by greedy contraction).
 *
 * Ties    the earlier records
 * Cost    components of one pair are taken as they are; the square of its size for others, at most 128 records
 * Source  Bansal, Blum & Chawla 2004; greedy additive edge contraction, Keuper et al. 2015
 */
export function resolveClusters(input: ResolveInput): Clusters {
  const { parent, refused } = components(input);
  const members = new Map<number, number[]>();
  for (let record = 0; record < input.records; record += 1) {
    const root = find(parent, record);
    if (root === record && !members.has(root)) members.set(root, []);
    members.get(root)?.push(record);
  }
  const clusterOf = Int32Array.from({ length: input.records }, (_, i) => i);
  const loud = (i: number, j: number): number =>
    Math.max(-LOUDEST, Math.min(LOUDEST, input.weightOf(Math.min(i, j), Math.max(i, j)) - input.matchBits));
  let clusters = 0;
  let chainsCut = refused;
  for (const component of members.values()) {
    if (component.length < 2) continue;
    const groups = component.length === 2 ? [component] : agglomerate(component, loud);
    if (groups.length > 1) chainsCut += 1;
    for (const group of groups) {
      if (group.length > 1) clusters += 1;
      const first = Math.min(...group);
      for (const record of group) clusterOf[record] = first;
    }
  }
  return { clusterOf, clusters, chainsCut };
}

/** Share of the records of two files that match more than one of the other file; 0 is one-to-one. */
export function shareOfMultiple({ records, pairs, matchBits }: Omit<ResolveInput, 'weightOf'>): number {
  const matches = new Uint16Array(records);
  pairs.bits.forEach((bits, p) => {
    if (bits < matchBits) return;
    for (const record of [pairs.first[p] as number, pairs.second[p] as number]) {
      matches[record] = Math.min(65_535, (matches[record] as number) + 1);
    }
  });
  let matched = 0;
  let multiple = 0;
  for (const count of matches) {
    if (count > 0) matched += 1;
    if (count > 1) multiple += 1;
  }
  return matched > 0 ? multiple / matched : 0;
}

/**
 * Assigns each record of one file to at most one of the other, the strongest pairs first.
 *
 * Ties    the earlier record of the first file, then of the second
 */
export function assignOneToOne({ records, pairs, matchBits }: Omit<ResolveInput, 'weightOf'>): Clusters {
  const clusterOf = Int32Array.from({ length: records }, (_, i) => i);
  const taken = new Uint8Array(records);
  const links = Uint32Array.from(pairs.bits.keys()).filter((p) => (pairs.bits[p] as number) >= matchBits);
  links.sort((p, q) => (pairs.bits[q] as number) - (pairs.bits[p] as number) || p - q);
  let clusters = 0;
  for (const p of links) {
    const i = pairs.first[p] as number;
    const j = pairs.second[p] as number;
    if (taken[i] || taken[j]) continue;
    taken[i] = 1;
    taken[j] = 1;
    clusterOf[j] = i;
    clusters += 1;
  }
  return { clusterOf, clusters, chainsCut: links.length - clusters };
}

import type { Identifier, IdentityLink, LinkState } from '@kohort/kernel-contracts';
import { BRIDGE, type CompiledRules } from '../rules/compile-rules';
import { identifierKey } from '../rules/event-identifiers';
import { isForced, type LinkBook } from './link-book';
import { linkKey, linkOrder } from './link-order';

/** A link that has been judged. */
export interface JudgedLink {
  readonly link: IdentityLink;
  /** True when it brought two groups together that nothing before it had. */
  readonly joins: boolean;
}

/** Identifiers in groups, one a person. */
export interface Partition {
  /** In the order of the book's identifiers, group by group. */
  readonly groups: readonly (readonly Identifier[])[];
  groupOf(identifier: Identifier): number | undefined;
  /** In the order in which they were judged. */
  readonly links: readonly JudgedLink[];
}

type Counts = Map<string, number>;

class Forest {
  readonly parents: number[];
  private readonly sizes: number[];
  private readonly counts: (Counts | null)[];

  constructor(limitKeys: readonly (string | null)[]) {
    this.parents = limitKeys.map((_, place) => place);
    this.sizes = limitKeys.map(() => 1);
    this.counts = limitKeys.map((key) => (key === null ? null : new Map([[key, 1]])));
  }

  rootOf(place: number): number {
    let root = place;
    while (this.parents[root] !== root) root = this.parents[root] ?? root;
    for (let at = place; at !== root;) {
      const next = this.parents[at] ?? root;
      this.parents[at] = root;
      at = next;
    }
    return root;
  }

  /** The limit that a union would break: both sides bring values to it, and together too many. */
  broken(x: number, y: number, limitOf: (key: string) => number): string | null {
    const [left, right] = [this.counts[x], this.counts[y]];
    if (!left || !right) return null;
    let first: string | null = null;
    for (const [key, count] of left) {
      const other = right.get(key);
      if (other !== undefined && count + other > limitOf(key) && (first === null || key < first)) first = key;
    }
    return first;
  }

  union(x: number, y: number): void {
    const [root, child] = (this.sizes[x] ?? 0) >= (this.sizes[y] ?? 0) ? [x, y] : [y, x];
    this.parents[child] = root;
    this.sizes[root] = (this.sizes[root] ?? 0) + (this.sizes[child] ?? 0);
    const [kept, gone] = [this.counts[root], this.counts[child]];
    if (gone && kept) for (const [key, count] of gone) kept.set(key, (kept.get(key) ?? 0) + count);
    else if (gone) this.counts[root] = gone;
    this.counts[child] = null;
  }
}

/** How many distinct others each identifier is linked with, by events. */
function degreesOf(links: readonly IdentityLink[]): ReadonlyMap<string, number> {
  const degrees = new Map<string, number>();
  for (const link of links) {
    if (!countsAsRisk(link)) continue;
    for (const key of [identifierKey(link.a), identifierKey(link.b)]) degrees.set(key, (degrees.get(key) ?? 0) + 1);
  }
  return degrees;
}

/** Bridges link a value with itself, and a person's word is no risk. */
export function countsAsRisk(link: IdentityLink): boolean {
  return link.b.type !== BRIDGE && !isForced(link) && link.state !== 'barred';
}

/** Which links stand back because a value of theirs links too many; the links come in the order of judging. */
function heldLinks(links: readonly IdentityLink[], rules: CompiledRules): ReadonlyMap<string, string> {
  const { action, profiles } = rules.risk;
  const held = new Map<string, string>();
  if (action === 'report') return held;
  const totals = action === 'block' ? degreesOf(links) : null;
  const seen = new Map<string, number>();
  for (const link of links) {
    if (!countsAsRisk(link)) continue;
    for (const side of [link.a, link.b]) {
      const key = identifierKey(side);
      const rank = (seen.get(key) ?? 0) + 1;
      seen.set(key, rank);
      if ((totals?.get(key) ?? rank) > profiles) held.set(linkKey(link), side.type);
    }
  }
  return held;
}

/** A user id that an alias has replaced counts against no limit: the alias says that it is the same person's old one. */
function limitKeys(book: LinkBook, rules: CompiledRules): readonly (string | null)[] {
  return book
    .identifiers()
    .map(({ identifier: { type, value }, at }) =>
      type === 'user_id' && book.mentionedAt({ type: BRIDGE, value }) !== undefined ? null : rules.limitKeyOf(type, at),
    );
}

/**
 * Groups identifiers into people. Links are judged one after the other: first a person's decisions, then what events
 * said in the order of its time. One that would bring a person beyond a limit is refused, one through a value that links
 * too many is held; both for good, for groups only grow. So the result is a function of what the book holds.
 *
 * Ties    by message id, event id, priority, value: see `linkOrder`
 * Cost    O(n log n) for n links
 */
export function partition(book: LinkBook, rules: CompiledRules): Partition {
  const mentions = book.identifiers();
  const places = new Map(mentions.map(({ identifier }, place) => [identifierKey(identifier), place]));
  const forest = new Forest(limitKeys(book, rules));
  const order = linkOrder(rules);
  const links = [...book.links()].sort((x, y) => Number(isForced(y)) - Number(isForced(x)) || order(x, y));
  const held = heldLinks(links, rules);
  const judged = links.map((link): JudgedLink => {
    const judge = (state: LinkState, reason: string | null, joins = false): JudgedLink => ({
      link: link.state === state && link.reason === reason ? link : { ...link, state, reason },
      joins,
    });
    if (link.state === 'barred') return judge('barred', null);
    const [a, b] = [link.a, link.b].map((side) => places.get(identifierKey(side)));
    if (a === undefined || b === undefined) return { link, joins: false };
    const [x, y] = [forest.rootOf(a), forest.rootOf(b)];
    if (x === y) return judge('applied', null);
    const risk = held.get(linkKey(link));
    if (risk !== undefined) return judge('held', risk);
    const broken = isForced(link) ? null : forest.broken(x, y, (key) => rules.limitOf(key));
    if (broken !== null) return judge('refused', broken.slice(0, broken.indexOf('\u0000')));
    forest.union(x, y);
    return judge('applied', null, true);
  });
  // What stood back may have been joined by another way since.
  const isOne = ({ a, b }: IdentityLink): boolean => {
    const [x, y] = [a, b].map((side) => places.get(identifierKey(side)));
    return x !== undefined && y !== undefined && forest.rootOf(x) === forest.rootOf(y);
  };
  const settled = judged.map((one): JudgedLink => {
    const stoodBack = one.link.state === 'held' || one.link.state === 'refused';
    return stoodBack && isOne(one.link) ? { link: { ...one.link, state: 'applied', reason: null }, joins: false } : one;
  });
  const identifiers = mentions.map(({ identifier }) => identifier);
  return { ...groupsOf(forest, identifiers, places), links: settled };
}

function groupsOf(
  forest: Forest,
  identifiers: readonly Identifier[],
  places: ReadonlyMap<string, number>,
): Pick<Partition, 'groups' | 'groupOf'> {
  const byRoot = new Map<number, number>();
  const groups: Identifier[][] = [];
  identifiers.forEach((identifier, place) => {
    const root = forest.rootOf(place);
    const index = byRoot.get(root) ?? groups.length;
    byRoot.set(root, index);
    const group = groups[index];
    if (group) group.push(identifier);
    else groups.push([identifier]);
  });
  return {
    groups,
    groupOf: (identifier) => {
      const place = places.get(identifierKey(identifier));
      return place === undefined ? undefined : byRoot.get(forest.rootOf(place));
    },
  };
}

import type { ClusterSheet, ClusteringCard } from '@kohort/kernel-contracts';
import type { ClusterMatch, ClusterVerdict } from '@kohort/ml-matching';
import { freeColour } from './cluster-colours';

/** A verdict as a card keeps it: clusters by key and name. */
type KeptVerdict = NonNullable<ClusteringCard['identity']>['verdicts'][number];

/** The version that was served before, and how its clusters were matched with those of a new one. */
export interface CarriedFrom {
  readonly version: number;
  readonly card: ClusteringCard;
  /** Keys of clusters of other versions: of some that it does not follow, when an earlier one was returned to. */
  readonly keys?: readonly string[];
  readonly match: Pick<ClusterMatch, 'verdicts' | 'nameOf' | 'people'>;
}

/** Former keys that are remembered: a rule may name any of them, and must not come to mean another group. */
const MOST_PAST_KEYS = 1_000;
const MOST_KEY = 63;

/** The first of `text`, `text` and 2, `text` and 3… that is not taken. */
function freeOf(text: string, taken: ReadonlySet<string>, numbered: (text: string, n: number) => string): string {
  for (let n = 1; ; n += 1) {
    const one = n === 1 ? text : numbered(text, n);
    if (!taken.has(one)) return one;
  }
}

const numberedKey = (key: string, n: number): string => `${key.slice(0, MOST_KEY - String(n).length - 1)}_${n}`;
const numberedName = (name: string, n: number): string => `${name} ${n}`;

/** Every key that the model is known to have had. */
function usedKeys({ card, keys = [] }: Pick<CarriedFrom, 'card' | 'keys'>): Set<string> {
  return new Set([...keys, ...(card.identity?.pastKeys ?? []), ...card.clusters.map(({ key }) => key)]);
}

/** Those that none of these clusters has. */
export function keptKeys(from: Pick<CarriedFrom, 'card' | 'keys'>, clusters: readonly ClusterSheet[]): string[] {
  const now = new Set(clusters.map(({ key }) => key));
  return [...usedKeys(from)].filter((key) => !now.has(key)).slice(-MOST_PAST_KEYS);
}

/** New sheets under the keys, names and colours of the clusters that they go on with. */
function carriedSheets(from: CarriedFrom, after: ClusteringCard): ClusterSheet[] {
  const olds = coloured(from.card.clusters);
  const sources = after.clusters.map((_, at) => olds[from.match.nameOf[at] ?? -1]);
  const keys = usedKeys(from);
  const carried = sources.flatMap((source) => (source ? [source] : []));
  const names = new Set(carried.map(({ name }) => name));
  const colours = carried.flatMap(({ colour }) => colour ?? []);
  return after.clusters.map((sheet, at) => {
    const source = sources[at];
    if (source) return { ...sheet, key: source.key, name: source.name, colour: source.colour };
    const key = freeOf(sheet.key, keys, numberedKey);
    const name = freeOf(sheet.name, names, numberedName);
    const colour = freeColour(colours);
    keys.add(key);
    names.add(name);
    colours.push(colour);
    return { ...sheet, key, name, colour };
  });
}

/** Sheets that all have a colour. */
function coloured(sheets: readonly ClusterSheet[]): ClusterSheet[] {
  const taken = sheets.flatMap(({ colour }) => colour ?? []);
  return sheets.map((sheet) => {
    if (sheet.colour !== undefined) return sheet;
    const colour = freeColour(taken);
    taken.push(colour);
    return { ...sheet, colour };
  });
}

interface BothVersions {
  readonly before: readonly ClusterSheet[];
  /** Under their own names, and under those that they carry. */
  readonly fresh: readonly ClusterSheet[];
  readonly after: readonly ClusterSheet[];
}

const listOf = (one: number | readonly number[]): readonly number[] => (typeof one === 'number' ? [one] : one);

function keptVerdict(verdict: ClusterVerdict, { before, fresh, after }: BothVersions): KeptVerdict {
  const named = (sheets: readonly ClusterSheet[], places: readonly number[]) =>
    places.flatMap((at) => {
      const sheet = sheets[at];
      return sheet ? [{ key: sheet.key, name: sheet.name, size: sheet.size }] : [];
    });
  const goesOn =
    verdict.kind === 'split'
      ? verdict.carriedBy
      : verdict.kind === 'same' || verdict.kind === 'merged'
        ? verdict.after
        : -1;
  const [sheet, today] = [after[goesOn], fresh[goesOn]];
  return {
    kind: verdict.kind,
    before: 'before' in verdict ? named(before, listOf(verdict.before)) : [],
    after: 'after' in verdict ? named(after, listOf(verdict.after)) : [],
    carries: sheet?.key ?? null,
    similarity: verdict.kind === 'same' ? verdict.similarity : null,
    sharedMembers: verdict.kind === 'same' ? verdict.sharedMembers : null,
    suggestedName: sheet && today && today.name !== sheet.name ? today.name : null,
  };
}

/**
 * The card of a new version whose clusters go on under the keys, names and colours of those they were matched with. A
 * cluster that goes on with none gets a key that no cluster of the model has had before. Evidence, actions and figures
 * stay those of the new fit.
 *
 * Shape   `from` null: a first version, whose clusters get colours alone; clusters stay in the order of the fit
 */
export function carryIdentity(card: ClusteringCard, from: CarriedFrom | null): ClusteringCard {
  if (!from) return { ...card, clusters: coloured(card.clusters) };
  const { version, card: before, match } = from;
  const clusters = carriedSheets(from, card);
  const sides = { before: before.clusters, fresh: card.clusters, after: clusters };
  return {
    ...card,
    clusters,
    identity: {
      version,
      people: match.people,
      verdicts: match.verdicts.map((verdict) => keptVerdict(verdict, sides)),
      pastKeys: keptKeys(from, clusters),
    },
  };
}

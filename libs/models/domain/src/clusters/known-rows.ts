import { isAppError } from '@kohort/kernel-errors';
import { linkGroups, type Link } from '@kohort/ml-guided';
import { clusterErrors } from './cluster-errors';

/** Rows that belong together, and rows that must not. */
export interface RowLinks {
  readonly mustLink: readonly Link[];
  readonly cannotLink: readonly Link[];
}

/** Links and seeds by id, as people give them. */
export interface KnownById {
  /** Groups that some are known to be of. */
  readonly seeds?: readonly { readonly group: string; readonly people: readonly string[] }[] | undefined;
  readonly mustLink?: readonly (readonly [string, string])[] | undefined;
  readonly cannotLink?: readonly (readonly [string, string])[] | undefined;
}

/** What a clustering knows of its rows beforehand. */
export interface KnownOfRows {
  readonly links?: RowLinks;
  readonly seeds?: readonly (string | null)[];
}

/**
 * What is known of people, by the rows of a table.
 *
 * Shape   seeds: one a row, null where unknown
 * Throws  CLUSTERS_KNOWN_STRANGER for an id that is no row, CLUSTERS_KNOWN_TWICE for one of two groups
 */
export function knownRows(
  ids: readonly string[],
  { seeds = [], mustLink = [], cannotLink = [] }: KnownById,
): KnownOfRows {
  if (seeds.length + mustLink.length + cannotLink.length === 0) return {};
  const rows = new Map(ids.map((id, row) => [id, row]));
  const rowOf = (id: string, role: string): number => {
    const row = rows.get(id);
    if (row === undefined) throw clusterErrors.CLUSTERS_KNOWN_STRANGER({ id, role });
    return row;
  };
  const linked = ([a, b]: readonly [string, string]): Link => [rowOf(a, 'a link'), rowOf(b, 'a link')];
  const links = { mustLink: mustLink.map(linked), cannotLink: cannotLink.map(linked) };
  const known = new Array<string | null>(ids.length).fill(null);
  for (const { group, people } of seeds) {
    for (const id of people) {
      const row = rowOf(id, 'a seed');
      const before = known[row] ?? null;
      if (before !== null && before !== group)
        throw clusterErrors.CLUSTERS_KNOWN_TWICE({ id, groups: [before, group] });
      known[row] = group;
    }
  }
  return {
    ...(mustLink.length + cannotLink.length > 0 ? { links } : {}),
    ...(seeds.length > 0 ? { seeds: known } : {}),
  };
}

/**
 * Refuses links that contradict each other, by the names of two rows.
 *
 * Throws  CLUSTERS_LINK_SELF, CLUSTERS_LINKS_CONFLICT
 */
export function checkLinks({ mustLink, cannotLink }: RowLinks, names: readonly string[]): void {
  const nameOf = (row: unknown): string => names[Number(row)] ?? String(row);
  const itself = [...mustLink, ...cannotLink].find(([a, b]) => a === b);
  if (itself) throw clusterErrors.CLUSTERS_LINK_SELF({ id: nameOf(itself[0]) });
  try {
    linkGroups(names.length, mustLink, cannotLink);
  } catch (thrown) {
    if (!isAppError(thrown) || thrown.code !== 'GUIDED_LINKS_CONFLICT') throw thrown;
    const { first, second, conflicts = 1 } = thrown.details;
    throw clusterErrors.CLUSTERS_LINKS_CONFLICT(
      { first: nameOf(first), second: nameOf(second), conflicts },
      { cause: thrown },
    );
  }
}

/** The refusal of links that no clustering could keep, by the names of the first two rows; anything else as it is. */
export function namedUnkept(thrown: unknown, names: readonly string[]): unknown {
  if (!isAppError(thrown) || thrown.code !== 'GUIDED_UNSATISFIABLE') return thrown;
  const { first, second, k = 0, unkept = 1 } = thrown.details;
  const nameOf = (row: unknown): string => names[Number(row)] ?? String(row);
  const named = { k, unkept, first: nameOf(first), second: nameOf(second) };
  return clusterErrors.CLUSTERS_LINKS_UNKEPT(named, { cause: thrown });
}

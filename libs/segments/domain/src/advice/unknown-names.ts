import { nearestName } from '../rule/nearest-name';
import type { ParsedRule } from '../rule/parsed-rule';
import { namesUsed, type NameKind, type UsedName } from './names-used';

/** The names that a workspace knows, by kind; of a kind that is absent nothing is known, and nothing said. */
export type KnownNames = Partial<Readonly<Record<NameKind, readonly string[]>>>;

/** What may be wrong in a rule that can be read: it can be right, and yet it is most likely mistyped. */
export interface RuleWarning extends Omit<UsedName, 'kind'> {
  /** A name, a property of an event, a kind of value, or a value that has never been seen. */
  readonly kind: NameKind | 'property' | 'type' | 'value';
  /** The known name, or value, that is most likely meant. */
  readonly suggestion: string | null;
  readonly message: string;
}

function messageOf({ kind, name, node }: UsedName, suggestion: string | null): string {
  const hint = suggestion === null ? '' : `; did you mean "${suggestion}"?`;
  const what = `${kind} "${name}"`;
  return `node ${node}: ${kind === 'segment' ? `no ${what} serves` : `there has been no ${what} so far`}${hint}`;
}

/**
 * The names of a rule that a workspace has never seen. A warning, no error: an event may come tomorrow. What it keeps
 * away is a segment that is empty without a word. `asleep`: keys of computed traits that are not live.
 *
 * Cost   O(names used × names known)
 */
export function unknownNames(
  rule: ParsedRule,
  known: KnownNames,
  asleep: readonly string[] = [],
): readonly RuleWarning[] {
  return namesUsed(rule).flatMap((used): RuleWarning[] => {
    const names = known[used.kind];
    if (names === undefined || names.includes(used.name)) return [];
    if (used.kind === 'trait' && asleep.includes(used.name)) {
      const message = `node ${used.node}: no rule sees the computed trait "${used.name}" before it is made live (live: true)`;
      return [{ ...used, suggestion: null, message }];
    }
    const suggestion = nearestName(used.name, [...names, ...(used.kind === 'trait' ? asleep : [])]) ?? null;
    return [{ ...used, suggestion, message: messageOf(used, suggestion) }];
  });
}

import { nearestName } from '../rule/nearest-name';
import type { ParsedRule } from '../rule/parsed-rule';
import { namesUsed, type NameKind, type UsedName } from './names-used';

/** The names that a workspace knows, by kind; of a kind that is absent nothing is known, and nothing said. */
export type KnownNames = Partial<Readonly<Record<NameKind, readonly string[]>>>;

/** A name that nothing is known of: the rule can be right, and yet it is most likely mistyped. */
export interface NameWarning extends UsedName {
  /** The known name that is most likely meant. */
  readonly suggestion: string | null;
  readonly message: string;
}

/**
 * The names of a rule that a workspace has never seen. A warning, no error: an event may come tomorrow. What it keeps
 * away is a segment that is empty without a word.
 *
 * Cost   O(names used × names known)
 */
export function unknownNames(rule: ParsedRule, known: KnownNames): readonly NameWarning[] {
  return namesUsed(rule).flatMap((used): NameWarning[] => {
    const names = known[used.kind];
    if (names === undefined || names.includes(used.name)) return [];
    const suggestion = nearestName(used.name, names) ?? null;
    const hint = suggestion === null ? '' : `; did you mean "${suggestion}"?`;
    const message = `node ${used.node}: there has been no ${used.kind} "${used.name}" so far${hint}`;
    return [{ ...used, suggestion, message }];
  });
}

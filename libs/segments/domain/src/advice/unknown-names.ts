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

/**
 * The names of a rule that a workspace has never seen. A warning, no error: an event may come tomorrow. What it keeps
 * away is a segment that is empty without a word.
 *
 * Cost   O(names used × names known)
 */
export function unknownNames(rule: ParsedRule, known: KnownNames): readonly RuleWarning[] {
  return namesUsed(rule).flatMap((used): RuleWarning[] => {
    const names = known[used.kind];
    if (names === undefined || names.includes(used.name)) return [];
    const suggestion = nearestName(used.name, names) ?? null;
    const hint = suggestion === null ? '' : `; did you mean "${suggestion}"?`;
    const what = `${used.kind} "${used.name}"`;
    const isMissing = used.kind === 'segment' ? `no ${what} serves` : `there has been no ${what} so far`;
    const message = `node ${used.node}: ${isMissing}${hint}`;
    return [{ ...used, suggestion, message }];
  });
}

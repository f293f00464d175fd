import { nearestName } from '../rule/nearest-name';
import type { ParsedRule } from '../rule/parsed-rule';
import { namesUsed, type NameKind, type UsedName } from './names-used';

/** The names that a workspace knows, by kind; of a kind that is absent nothing is known, and nothing said. */
export type KnownNames = Partial<Readonly<Record<NameKind, readonly string[]>>>;

/** What may be wrong in a rule that can be read: it can be right, and yet it is most likely mistyped. */
export interface RuleWarning extends Omit<UsedName, 'kind'> {
  /**
   * A name, a property of an event, a kind of value, or a value that has never been seen; or a condition that holds for
   * everybody, or for nobody, whatever is stored.
   */
  readonly kind: NameKind | 'property' | 'type' | 'value' | 'always' | 'never';
  /** The known name, or value, that is most likely meant. */
  readonly suggestion: string | null;
  readonly message: string;
}

/** Names that are known and yet answer nothing. */
export interface IdleNames {
  /** Keys of computed traits that are not live. */
  readonly asleep?: readonly string[];
  /** Keys of segments that have not been published yet. */
  readonly drafts?: readonly string[];
  /** Keys of segments that are archived. */
  readonly archived?: readonly string[];
}

function messageOf({ kind, name, node }: UsedName, suggestion: string | null, isDraft: boolean): string {
  const hint = suggestion === null ? '' : `; did you mean ${isDraft ? 'the draft ' : ''}"${suggestion}"?`;
  const what = `${kind} "${name}"`;
  return `node ${node}: ${kind === 'segment' ? `no ${what} serves` : `there has been no ${what} so far`}${hint}`;
}

/** Why a known name answers nothing; undefined for all others. */
function idleReason(
  { kind, name }: UsedName,
  { asleep = [], drafts = [], archived = [] }: IdleNames,
): string | undefined {
  if (kind === 'trait' && asleep.includes(name))
    return `no rule sees the computed trait "${name}" before it is made live (live: true)`;
  if (kind !== 'segment') return undefined;
  if (drafts.includes(name)) return `segment "${name}" is a draft: nobody is in it before it is published`;
  return archived.includes(name) ? `segment "${name}" is archived: nobody is in it` : undefined;
}

/**
 * The names of a rule that a workspace has never seen. A warning, no error: an event may come tomorrow. What it keeps
 * away is a segment that is empty without a word. What serves is suggested before what is a draft.
 *
 * Cost   O(names used × names known)
 */
export function unknownNames(rule: ParsedRule, known: KnownNames, idle: IdleNames = {}): readonly RuleWarning[] {
  return namesUsed(rule).flatMap((used): RuleWarning[] => {
    const names = known[used.kind];
    if (names === undefined || names.includes(used.name)) return [];
    const reason = idleReason(used, idle);
    const asleep = used.kind === 'trait' ? (idle.asleep ?? []) : [];
    const near = nearestName(used.name, [...names, ...asleep]) ?? null;
    if (reason !== undefined) {
      // What is meant is there; only of an archived one another may be meant.
      const suggestion = idle.archived?.includes(used.name) === true && used.kind === 'segment' ? near : null;
      const hint = suggestion === null ? '' : `; did you mean "${suggestion}"?`;
      return [{ ...used, suggestion, message: `node ${used.node}: ${reason}${hint}` }];
    }
    const draft = near === null && used.kind === 'segment' ? nearestName(used.name, idle.drafts ?? []) : undefined;
    const suggestion = near ?? draft ?? null;
    return [{ ...used, suggestion, message: messageOf(used, suggestion, draft !== undefined) }];
  });
}

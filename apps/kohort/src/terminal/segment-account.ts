import { count, percent } from './account';
import { textTable } from './text-table';

/** What the API says of a rule's names and comparisons. */
export interface RemoteAdvice {
  readonly warnings: readonly { readonly message: string }[];
}

/** A preview as the API answers it, with the advice of its rule. */
export interface RemotePreview extends RemoteAdvice {
  readonly evaluatedAt: string;
  readonly exact: boolean;
  readonly people: number;
  readonly members: number;
  readonly strongest: string | null;
  readonly sql: string;
  readonly loadMs: number;
  readonly queryMs: number;
  readonly conditions: readonly {
    readonly id: string;
    readonly label: string | null;
    readonly text: string;
    readonly kind: string;
    readonly parent: string | null;
    readonly people: number;
    readonly removes: number | null;
  }[];
  readonly sample: readonly { readonly id: string; readonly canonicalId: string }[];
  readonly overlap: readonly {
    readonly key: string;
    readonly size: number;
    readonly shared: number;
    readonly jaccard: number;
  }[];
}

/** Longest text of a condition in a table. */
const CONDITION_WIDTH = 90;
/** Conditions that hold others say what they make of them; the others follow, set in. */
const OVER_OTHERS: Readonly<Record<string, string>> = {
  all: 'all of',
  any: 'any of',
  none: 'none of',
  atLeast: 'at least',
};

type RemoteCondition = RemotePreview['conditions'][number];

function conditionText({ label, text, kind }: RemoteCondition): string {
  const line = text.replaceAll(/\s+/g, ' ');
  const own = kind === 'atLeast' ? (/^at least \d+ of/.exec(line)?.[0] ?? line) : (OVER_OTHERS[kind] ?? line);
  const shown = label ?? own;
  return shown.length <= CONDITION_WIDTH ? shown : `${shown.slice(0, CONDITION_WIDTH - 1)}…`;
}

/** How many conditions stand above each. */
function depths(conditions: readonly RemoteCondition[]): ReadonlyMap<string, number> {
  const depth = new Map<string, number>();
  for (const { id, parent } of conditions) depth.set(id, parent === null ? 0 : (depth.get(parent) ?? 0) + 1);
  return depth;
}

/** Warnings, one a line. */
export const warningLines = ({ warnings }: RemoteAdvice): readonly string[] =>
  warnings.map(({ message }) => `  warning: ${message}`);

/** A preview for people: the count, what may be mistyped, the conditions with the strongest marked, a sample, overlaps. */
export function previewText(found: RemotePreview): string {
  const { members, people, conditions, strongest, overlap, sample } = found;
  const share = people === 0 ? '' : ` (${percent(members / people)})`;
  const depth = depths(conditions);
  const rows = conditions.map((condition) => [
    `${'  '.repeat(depth.get(condition.id) ?? 0)}${conditionText(condition)}`,
    condition.people,
    condition.removes ?? '',
    condition.id === strongest ? '← keeps most out' : '',
  ]);
  const parts = [
    `${count(members)} of ${count(people)} people${share} at ${found.evaluatedAt}${found.exact ? '' : ', not counting what is still being loaded'}; counted in ${found.queryMs} ms`,
    ...warningLines(found),
    textTable(['condition', 'people', 'keeps out', ''], rows),
  ];
  if (overlap.length > 0) {
    const shared = overlap.map(({ key, size, shared: both, jaccard }) => [key, size, both, percent(jaccard)]);
    parts.push(textTable(['segment', 'size', 'shared', 'of either'], shared));
  }
  if (sample.length > 0) parts.push(`  such as ${sample.map(({ canonicalId }) => canonicalId).join(', ')}`);
  return parts.join('\n');
}

/** A diff as the API answers it. */
export interface RemoteDiff {
  readonly key: string;
  readonly version: number | null;
  readonly liveVersion: number | null;
  readonly standing: number;
  readonly entering: number;
  readonly leaving: number;
  readonly staying: number;
  readonly wouldBeHeld: boolean;
  readonly enteringSample: readonly { readonly canonicalId: string }[];
  readonly leavingSample: readonly { readonly canonicalId: string }[];
  readonly dependents: readonly { readonly key: string }[];
  readonly syncs: readonly {
    readonly sync: { readonly id: string; readonly destination: { readonly key: string } };
    readonly adds: number;
    readonly removes: number;
  }[];
}

/** A diff for people: who comes and goes, and what hangs on it. */
export function diffText(found: RemoteDiff): string {
  const named = (people: readonly { readonly canonicalId: string }[]): string =>
    people.length === 0 ? '' : `: ${people.map(({ canonicalId }) => canonicalId).join(', ')}`;
  const { key, version, liveVersion, dependents, syncs } = found;
  const lines = [
    version !== null && version === liveVersion
      ? `${key}: version ${version} is the latest, and it serves; there is no draft to hold against it`
      : `${key}: ${version === null ? 'the rule' : `version ${version}`} against ${liveVersion === null ? 'nothing live' : `version ${liveVersion}`}`,
    `  entering  ${count(found.entering)}${named(found.enteringSample)}`,
    `  leaving   ${count(found.leaving)}${named(found.leavingSample)}`,
    `  staying   ${count(found.staying)} of ${count(found.standing)}`,
    ...syncs.map(
      ({ sync, adds, removes }) => `  ${sync.destination.key}: ${count(adds)} to add, ${count(removes)} to remove`,
    ),
    ...(dependents.length > 0 ? [`  referred to by ${dependents.map((each) => each.key).join(', ')}`] : []),
    ...(found.wouldBeHeld ? ['  publishing would be held: more than 30 % would leave'] : []),
  ];
  return lines.join('\n');
}

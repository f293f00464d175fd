import { readableNumber, sparkline } from '@kohort/quality-domain';
import { count, percent } from './account';
import { textTable } from './text-table';

/** What members are by one trait, as the API answers it. */
export interface RemoteComposition {
  readonly trait: string;
  readonly kind: string;
  readonly members: number;
  readonly membersWithout: number;
  readonly membersElsewhere: number;
  readonly groups: readonly {
    readonly value: string | null;
    readonly from: number | null;
    readonly to: number | null;
    readonly members: number;
    readonly shareOfMembers: number;
    readonly shareOfEverybody: number;
    readonly lift: number | null;
  }[];
}

/** How many people segments share, row by row in the order of the keys. */
export interface RemoteOverlap {
  readonly keys: readonly string[];
  readonly people: readonly (readonly number[])[];
  readonly jaccard: readonly (readonly number[])[];
}

/** A segment with its past, as the API answers it. */
export interface RemoteLook {
  readonly key: string;
  readonly name: string;
  readonly description: string;
  readonly kind: string;
  readonly entity: string;
  readonly status: string;
  readonly size: number;
  readonly liveVersion: number | null;
  readonly ruleText: string | null;
  readonly tags: readonly string[];
  readonly purpose: string | null;
  readonly valueShare: number | null;
  readonly heldVersion: { readonly version: number } | null;
  readonly freshness: {
    readonly lastChangeAt: string | null;
    readonly countedAt: string | null;
    readonly nextRefreshAt: string | null;
    readonly recordingLagMs: number | null;
    readonly lag: { readonly changes: number; readonly p50Ms: number; readonly p99Ms: number } | null;
  };
  readonly versions: {
    readonly nodes: readonly {
      readonly version: number;
      readonly author: string | null;
      readonly publishedAt: string | null;
      readonly retiredAt: string | null;
      readonly sizeAtEnd: number | null;
    }[];
  };
  readonly usedBy: { readonly nodes: readonly { readonly destination: { readonly key: string } }[] };
  readonly sizeHistory: {
    readonly volatility: number | null;
    readonly timeZone: string;
    readonly points: readonly {
      readonly from: string;
      readonly size: number;
      readonly entered: number;
      readonly exited: number;
    }[];
  };
  readonly sizeChange: {
    readonly before: number;
    readonly after: number;
    readonly causes: readonly {
      readonly cause: string;
      readonly isNew: boolean;
      readonly entered: number;
      readonly exited: number;
    }[];
  };
  readonly compositions: readonly RemoteComposition[];
  readonly overlap: RemoteOverlap | null;
}

/** Who went from which segment of a set to which of another, as the API answers it. */
export interface RemoteMigration {
  readonly people: number;
  readonly flows: readonly { readonly from: string | null; readonly to: string | null; readonly people: number }[];
}

const CAUSES: Readonly<Record<string, string>> = {
  EVENT: 'what people did',
  TIME: 'time passing',
  EDIT: 'an edit of the rule',
  IMPORT: 'an import',
  MERGE: 'people merged or parted',
  MODEL: 'a model',
  ERASURE: 'an erasure',
};

function head(found: RemoteLook): readonly string[] {
  const { key, name, description, kind, entity, status, size, liveVersion, heldVersion, ruleText } = found;
  const of = entity === 'ACCOUNT' ? 'accounts' : 'people';
  const share = found.valueShare === null ? '' : `, ${percent(found.valueShare)} of all revenue`;
  const version = liveVersion === null ? '' : `, version ${liveVersion}`;
  const used = [...new Set(found.usedBy.nodes.map(({ destination }) => destination.key))];
  return [
    `${name} (${key}): ${count(size)} ${of}${share}`,
    ...(description === '' ? [] : [`  ${description}`]),
    `  ${kind.toLowerCase()}, ${status.toLowerCase()}${version}${found.tags.length === 0 ? '' : `, tags ${found.tags.join(', ')}`}${found.purpose === null ? '' : `, purpose ${found.purpose}`}`,
    ...(heldVersion === null ? [] : [`  version ${heldVersion.version} is held and waits for a person`]),
    ...(ruleText === null ? [] : ruleText.split('\n').map((line) => `    ${line}`)),
    `  goes to: ${used.length === 0 ? 'no destination' : used.join(', ')}`,
  ];
}

/** What is to be said of a segment that serves nothing. */
const NOT_SERVING: Readonly<Record<string, string>> = {
  DRAFT: 'not published',
  BACKFILLING: 'its first version is being filled',
  FAILED: 'its first version could not be filled; publish it again',
  ARCHIVED: 'archived: serves nobody any more',
};

function freshnessLine({ freshness, status, liveVersion }: RemoteLook): string {
  const { lag, lastChangeAt, countedAt, nextRefreshAt } = freshness;
  const idle = liveVersion === null || status === 'ARCHIVED' ? NOT_SERVING[status] : undefined;
  if (idle !== undefined) return `  ${idle}`;
  const last = lastChangeAt === null ? 'nobody ever entered' : `last change ${lastChangeAt}`;
  const counted = countedAt === null ? 'live' : `counted at ${countedAt}, next ${nextRefreshAt ?? 'when published'}`;
  const measured =
    lag === null
      ? ''
      : `; from event to change p50 ${readableNumber(lag.p50Ms)} ms, p99 ${readableNumber(lag.p99Ms)} ms (${count(lag.changes)} changes)`;
  return `  ${counted}; ${last}${measured}`;
}

function history({ sizeHistory, sizeChange }: RemoteLook, by: 'hour' | 'day'): readonly string[] {
  const { points, volatility, timeZone } = sizeHistory;
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined) return [];
  const entered = points.reduce((sum, point) => sum + point.entered, 0);
  const exited = points.reduce((sum, point) => sum + point.exited, 0);
  const { before, after } = sizeChange;
  const rows = sizeChange.causes.map((each) => [
    `${CAUSES[each.cause] ?? each.cause.toLowerCase()}${each.isNew ? ', new people' : ''}`,
    `+${count(each.entered)}`,
    `-${count(each.exited)}`,
  ]);
  return [
    `  size by ${by} since ${first.from} (${timeZone}): ${sparkline(points.map(({ size }) => size))}`,
    `  ${count(before)} → ${count(after)}, +${count(entered)} −${count(exited)}${volatility === null ? '' : `, volatility ${readableNumber(volatility)} a ${by}`}`,
    ...(rows.length === 0 ? [] : [textTable(['because of', 'entered', 'left'], rows, '    ')]),
  ];
}

function versionTable({ versions }: RemoteLook): string {
  const rows = versions.nodes.map(({ version, author, publishedAt, retiredAt, sizeAtEnd }) => [
    version,
    author ?? '–',
    publishedAt ?? 'draft',
    retiredAt ?? '–',
    sizeAtEnd === null ? '–' : count(sizeAtEnd),
  ]);
  return textTable(['version', 'by', 'published', 'retired', 'size at its end'], rows);
}

function composition({ trait, groups, members, membersWithout, membersElsewhere }: RemoteComposition): string {
  const rows = groups.map(({ value, from, to, members: met, shareOfMembers, shareOfEverybody, lift }) => [
    value ?? `${from === null ? '' : readableNumber(from)} … ${to === null ? '' : readableNumber(to)}`,
    count(met),
    percent(shareOfMembers),
    percent(shareOfEverybody),
    lift === null ? '' : `${lift.toFixed(2)}×`,
  ]);
  const rest = [
    ...(membersElsewhere > 0 ? [`${count(membersElsewhere)} with other values`] : []),
    ...(membersWithout > 0 ? [`${count(membersWithout)} of ${count(members)} without it`] : []),
  ];
  return [
    textTable([trait, 'members', 'of members', 'of everybody', 'lift'], rows),
    ...(rest.length === 0 ? [] : [`  ${rest.join(', ')}`]),
  ].join('\n');
}

function overlapTable({ keys, people, jaccard }: RemoteOverlap): string {
  const rows = keys
    .slice(1)
    .map((key, i) => [
      key,
      count(people[i + 1]?.[i + 1] ?? 0),
      count(people[0]?.[i + 1] ?? 0),
      percent(jaccard[0]?.[i + 1] ?? 0),
    ]);
  return textTable(['beside', 'size', 'shared', 'of either'], rows);
}

/** A segment on one page: who it is, how fresh, how its size went and why, its versions, what its members are. */
export function segmentLook(found: RemoteLook, by: 'hour' | 'day'): string {
  return [
    ...head(found),
    freshnessLine(found),
    ...history(found, by),
    versionTable(found),
    ...found.compositions.map(composition),
    ...(found.overlap === null ? [] : [overlapTable(found.overlap)]),
  ].join('\n');
}

/** Flows between two instants, the largest first; people of two segments of a set are in the flows of both. */
export function migrationText(
  { people, flows }: RemoteMigration,
  { at, until }: { readonly at: string; readonly until: string },
): string {
  const rows = [...flows]
    .sort((a, b) => b.people - a.people)
    .map((flow) => [flow.from ?? '(none of them)', flow.to ?? '(none of them)', count(flow.people)]);
  return [`${count(people)} people between ${at} and ${until}`, textTable(['from', 'to', 'people'], rows)].join('\n');
}

import { count, percent } from './account';
import { textTable } from './text-table';

interface Named {
  readonly key: string;
  readonly name: string;
  readonly size: number;
}

/** A version of a clustering as the API tells of it. */
export interface RemoteVersion {
  readonly version: number;
  readonly asOf: string;
  readonly createdAt: string;
  readonly identity: {
    readonly version: number;
    readonly people: number;
    readonly verdicts: readonly {
      readonly kind: string;
      readonly before: readonly Named[];
      readonly after: readonly Named[];
      readonly carries: string | null;
      readonly sharedMembers: number | null;
      readonly suggestedName: string | null;
    }[];
  } | null;
}

interface Node {
  readonly key: string | null;
  readonly name: string | null;
  readonly people: number;
}

/** Who went where, as the API tells it. */
export interface RemoteMigration {
  readonly people: number;
  readonly versionBefore: number | null;
  readonly versionAfter: number | null;
  readonly before: readonly Node[];
  readonly after: readonly Node[];
  readonly flows: readonly { readonly from: string | null; readonly to: string | null; readonly people: number }[];
}

const sized = (clusters: readonly Named[]): string =>
  clusters.map(({ name, key, size }) => `${name} (${key}, ${count(size)})`).join(' + ') || '–';

/** Each version and what became of the clusters of the one before it. */
export function historyText(versions: readonly RemoteVersion[], live: number | null): string {
  const lines = versions.flatMap(({ version, asOf, identity }) => {
    const head = `version ${version}${version === live ? ', live' : ''}, fitted on what was known at ${asOf}`;
    if (!identity) return [`${head}: follows none`];
    const told = identity.verdicts.map(({ kind, before, after, sharedMembers, suggestedName }) => {
      const shared = sharedMembers === null ? '' : `, ${percent(sharedMembers)} shared`;
      const today = suggestedName === null ? '' : `; today it would be called ${suggestedName}`;
      return `  ${kind.toLowerCase().padEnd(7)}${sized(before)} → ${sized(after)}${shared}${today}`;
    });
    return [`${head}: follows ${identity.version}, ${count(identity.people)} people in a cluster of both`, ...told];
  });
  return lines.join('\n');
}

/** The flows as a table: from in rows, to in columns, with totals. */
export function migrationText({ people, versionBefore, versionAfter, before, after, flows }: RemoteMigration): string {
  const nameOf = ({ key, name }: Node): string => name ?? key ?? 'in none';
  const cell = (from: Node, to: Node): number =>
    flows.find((flow) => flow.from === from.key && flow.to === to.key)?.people ?? 0;
  const rows = before.map((from) => [nameOf(from), ...after.map((to) => count(cell(from, to))), count(from.people)]);
  const totals = ['all', ...after.map((to) => count(to.people)), count(people)];
  const versions = `version ${versionBefore ?? 'none'} → version ${versionAfter ?? 'none'}`;
  return `${versions}\n${textTable(['from \\ to', ...after.map(nameOf), 'all'], [...rows, totals])}`;
}

/** The latest look at a clustering, and when it is fitted again. */
export interface RemoteWatch {
  readonly refit: { readonly kind: string; readonly everyDays: number | null };
  readonly looks: { readonly nodes: readonly RemoteLook[] };
}

interface RemoteLook {
  readonly version: number;
  readonly day: string;
  readonly level: string;
  readonly reasons: readonly string[];
  readonly peopleBefore: number;
  readonly peopleAfter: number;
  readonly clusters: readonly {
    readonly key: string;
    readonly level: string;
    readonly shareBefore: number;
    readonly shareAfter: number;
  }[];
}

/** When a clustering is fitted again, as a sentence. */
export function refitText({ kind, everyDays }: RemoteWatch['refit']): string {
  if (kind === 'SCHEDULE') return `fitted again ${everyDays} days after the last fit`;
  return kind === 'ON_DRIFT'
    ? 'fitted again when a look finds that people have moved'
    : 'fitted again only when asked to';
}

/** What the latest look found. */
export function watchText({
  refit,
  looks: {
    nodes: [look],
  },
}: RemoteWatch): string {
  if (!look) return `too few people to compare; ${refitText(refit)}`;
  const { version, day, level, reasons, peopleBefore, peopleAfter, clusters } = look;
  const sizes = clusters.map((one) => [
    one.key,
    one.level.toLowerCase(),
    percent(one.shareBefore),
    percent(one.shareAfter),
  ]);
  return [
    `${day}, version ${version}: ${level.toLowerCase()}; ${count(peopleBefore)} people at the fit, ${count(peopleAfter)} now`,
    ...reasons.map((reason) => `  ${reason}`),
    textTable(['cluster', 'level', 'share at the fit', 'now'], sizes),
    refitText(refit),
  ].join('\n');
}

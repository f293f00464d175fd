import { connect, type ConnectFlags } from '../client/connect';
import { clientErrors } from '../client/client-errors';
import {
  migrationText,
  segmentLook,
  type RemoteComposition,
  type RemoteLook,
  type RemoteMigration,
  type RemoteOverlap,
} from '../terminal/segment-look';

/** Which segment's past, by what, and beside whom. */
export interface ShowFlags extends ConnectFlags {
  readonly by: 'hour' | 'day';
  readonly steps: number;
  readonly trait?: string[];
  readonly beside?: string[];
  readonly json?: boolean;
}

const STEP_MS = { hour: 3_600_000, day: 86_400_000 } as const;

const LOOK = `query ($key: String!, $from: DateTime!, $to: DateTime!, $step: SizeStep!) { segment(key: $key) {
  key name description kind entity status size liveVersion ruleText tags purpose valueShare
  heldVersion { version } freshness { lastChangeAt countedAt nextRefreshAt recordingLagMs lag { changes p50Ms p99Ms } }
  versions(first: 10) { nodes { version author createdAt publishedAt retiredAt sizeAtEnd } }
  usedBy(first: 20) { nodes { destination { key } } }
  sizeHistory(from: $from, to: $to, step: $step) { volatility timeZone points { from size entered exited } }
  sizeChange(from: $from, to: $to) { before after causes { cause isNew entered exited } } } }`;

const COMPOSITION = `query ($key: String!, $trait: String!) { segment(key: $key) { composition(trait: $trait) {
  trait kind members membersWithout membersElsewhere groups { value from to members shareOfMembers shareOfEverybody lift } } } }`;

const OVERLAP = 'query ($keys: [String!]!) { segmentOverlap(keys: $keys) { keys people jaccard } }';

/** Everything that is known of one segment: as a page of text, and as it came. */
export async function showSegment(
  key: string,
  flags: ShowFlags,
  now: number,
): Promise<{ readonly found: RemoteLook; readonly text: string }> {
  const client = connect(flags);
  const times = {
    from: new Date(now - flags.steps * STEP_MS[flags.by]).toISOString(),
    to: new Date(now).toISOString(),
  };
  const { segment } = await client.query<{ segment: Omit<RemoteLook, 'compositions' | 'overlap'> | null }>(LOOK, {
    ...{ key, ...times },
    step: flags.by.toUpperCase(),
  });
  if (segment === null)
    throw clientErrors.CLIENT_REFUSED({
      reason: `there is no segment "${key}"`,
      remoteCode: 'SEGMENT_NOT_FOUND',
      remoteKind: 'not-found',
    });
  const compositions: RemoteComposition[] = [];
  for (const trait of flags.trait ?? []) {
    const answer = await client.query<{ segment: { composition: RemoteComposition } }>(COMPOSITION, { key, trait });
    compositions.push(answer.segment.composition);
  }
  const beside = (flags.beside ?? []).filter((other) => other !== key);
  const { segmentOverlap: overlap } =
    beside.length === 0
      ? { segmentOverlap: null }
      : await client.query<{ segmentOverlap: RemoteOverlap }>(OVERLAP, { keys: [key, ...beside] });
  await client.close();
  const found = { ...segment, compositions, overlap };
  return { found, text: segmentLook(found, flags.by) };
}

/** Who went from where to where between two instants. */
export interface MigrationFlags extends ConnectFlags {
  readonly from: string[];
  readonly to?: string[];
  readonly at: string;
  readonly until?: string;
  readonly json?: boolean;
}

const MIGRATION = `query ($from: [String!]!, $to: [String!]!, $at1: DateTime!, $at2: DateTime!) {
  segmentMigration(from: $from, to: $to, at1: $at1, at2: $at2) { people flows { from to people } } }`;

/** How many people of each segment of a set were in which of another set later: as a table, and as it came. */
export async function showMigration(
  flags: MigrationFlags,
  now: number,
): Promise<{ readonly found: RemoteMigration; readonly text: string }> {
  const client = connect(flags);
  const until = flags.until ?? new Date(now).toISOString();
  const sets = { from: flags.from, to: flags.to ?? flags.from };
  const { segmentMigration: found } = await client.query<{ segmentMigration: RemoteMigration }>(MIGRATION, {
    ...sets,
    at1: flags.at,
    at2: until,
  });
  await client.close();
  return { found, text: migrationText(found, { at: flags.at, until }) };
}

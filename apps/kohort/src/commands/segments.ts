import { Command, Option } from 'commander';
import { connect, withConnection, type ConnectFlags } from '../client/connect';
import { followJob } from '../client/jobs';
import { FAILURE_FIELDS, payloadOf, type MutationAnswer } from '../client/results';
import { count, percent } from '../terminal/account';
import { printFound } from '../terminal/print-found';
import { textTable } from '../terminal/text-table';
import { diff, preview, type DiffFlags, type PreviewFlags } from './segment-drafts';
import { listFromFile } from './segment-list';
import { listMembers, MEMBERS_PAGE, type MembersFlags } from './segment-members';
import { nameList, wholeNumber } from './options';
import { showMigration, showSegment, type MigrationFlags, type ShowFlags } from './segment-show';

interface SegmentFlags extends ConnectFlags {
  readonly json?: boolean;
}

interface SegmentRow {
  readonly key: string;
  readonly name: string;
  readonly kind: string;
  readonly entity: string;
  readonly status: string;
  readonly size: number;
  readonly valueShare: number | null;
  readonly lastChangeAt: string | null;
  readonly refreshMinutes: number | null;
  readonly freshness: { readonly countedAt: string | null; readonly nextRefreshAt: string | null };
}

async function list(flags: SegmentFlags): Promise<void> {
  const client = connect(flags);
  const { segments } = await client.query<{ segments: { nodes: SegmentRow[] } }>(
    '{ segments(first: 100) { nodes { key name kind entity status size valueShare lastChangeAt refreshMinutes freshness { countedAt nextRefreshAt } } } }',
  );
  await client.close();
  if (flags.json) {
    process.stdout.write(`${JSON.stringify({ command: 'segments', segments: segments.nodes })}\n`);
    return;
  }
  const rows = segments.nodes.map((row) => [
    row.key,
    row.kind.toLowerCase(),
    row.entity === 'ACCOUNT' ? 'accounts' : 'people',
    row.status.toLowerCase(),
    count(row.size),
    percent(row.valueShare),
    row.lastChangeAt ?? '–',
    row.freshness.countedAt ?? 'live',
    row.refreshMinutes === null ? '–' : `${row.refreshMinutes} min`,
    row.name,
  ]);
  process.stdout.write(
    `${textTable(['segment', 'kind', 'of', 'status', 'size', 'revenue', 'last change', 'as of', 'every', 'name'], rows)}\n`,
  );
}

interface HeldRow {
  readonly key: string;
  readonly liveVersion: number | null;
  readonly heldVersion: {
    readonly version: number;
    readonly held: { readonly leaving: number; readonly members: number; readonly at: string };
  };
}

async function held(flags: SegmentFlags): Promise<void> {
  const client = connect(flags);
  const { segments } = await client.query<{ segments: { nodes: HeldRow[] } }>(
    `{ segments(first: 100, filter: { held: true }) { nodes {
      key liveVersion heldVersion { version held { leaving members at } } } } }`,
  );
  await client.close();
  const rows = segments.nodes.map(({ key, liveVersion, heldVersion: { version, held: why } }) => [
    key,
    version,
    liveVersion ?? '–',
    count(why.leaving),
    count(why.members),
    why.at,
  ]);
  const text = textTable(['segment', 'held', 'live', 'would leave', 'of', 'since'], rows);
  printFound('segments held', segments.nodes, { json: flags.json, text });
}

async function rollback(
  key: string,
  version: number,
  flags: SegmentFlags & { readonly release?: boolean },
): Promise<void> {
  const client = connect(flags);
  const { answer } = await client.query<{ answer: MutationAnswer & { id: string } }>(
    `mutation ($key: String!, $version: Int!, $release: Boolean) {
      answer: rollbackSegment(key: $key, toVersion: $version, release: $release) { __typename ... on Job { id } ${FAILURE_FIELDS} } }`,
    { key, version, release: flags.release ?? false },
  );
  const job = await followJob(client, payloadOf<MutationAnswer & { id: string }>(answer, 'Job').id, 'rollback');
  await client.close();
  printFound('segments rollback', job.result, { json: flags.json, text: `${key} serves version ${version} again` });
}

async function discard(key: string, flags: SegmentFlags): Promise<void> {
  const client = connect(flags);
  const { answer } = await client.query<{ answer: MutationAnswer }>(
    `mutation ($key: String!) { answer: discardSegmentVersion(key: $key) { __typename ... on Segment { key liveVersion } ${FAILURE_FIELDS} } }`,
    { key },
  );
  await client.close();
  printFound('segments discard', payloadOf(answer, 'Segment'), {
    json: flags.json,
    text: `${key}: the held version is given up`,
  });
}

async function every(key: string, minutes: string, flags: SegmentFlags): Promise<void> {
  const everyMinutes = minutes === 'never' ? null : wholeNumber(minutes);
  const client = connect(flags);
  const { answer } = await client.query<{ answer: MutationAnswer }>(
    `mutation ($key: String!, $everyMinutes: Int) { answer: scheduleSegment(key: $key, everyMinutes: $everyMinutes) {
      __typename ... on Segment { key refreshMinutes freshness { countedAt nextRefreshAt } } ${FAILURE_FIELDS} } }`,
    { key, everyMinutes },
  );
  await client.close();
  const text = everyMinutes === null ? 'only when it is published again' : `every ${everyMinutes} min`;
  printFound('segments every', payloadOf(answer, 'Segment'), { json: flags.json, text: `${key} is counted ${text}` });
}

async function show(key: string, flags: ShowFlags): Promise<void> {
  const { found, text } = await showSegment(key, flags, Date.now());
  printFound('segments show', found, { json: flags.json, text });
}

async function migration(flags: MigrationFlags): Promise<void> {
  const { found, text } = await showMigration(flags, Date.now());
  printFound('segments migration', found, { json: flags.json, text });
}

async function archive(key: string, flags: SegmentFlags & { readonly release?: boolean }): Promise<void> {
  const client = connect(flags);
  const { answer } = await client.query<{ answer: MutationAnswer }>(
    `mutation ($key: String!, $release: Boolean) { answer: archiveSegment(key: $key, release: $release) { __typename ... on Segment { key status } ${FAILURE_FIELDS} } }`,
    { key, release: flags.release ?? false },
  );
  await client.close();
  printFound('segments archive', payloadOf(answer, 'Segment'), {
    json: flags.json,
    text: `${key} is archived: its members leave, and its key is never used again`,
  });
}

async function members(key: string, flags: MembersFlags): Promise<void> {
  const { found, text } = await listMembers(key, flags);
  printFound('segments members', found, { json: flags.json, text });
}

/** `kohort segments …`: segments of a running workspace, before they serve and afterwards. */
export function segmentsCommand(): Command {
  const command = withConnection(
    new Command('segments')
      .description('list the segments of a running workspace, or look into them')
      .option('--json', 'print one JSON object'),
  ).action(list);
  const add = (name: string, description: string): Command =>
    withConnection(command.command(name).description(description).option('--json', 'print one JSON object'));
  add(
    'show',
    'tell all of one segment: its rule, freshness, size over time and why it changed, versions, members by traits',
  )
    .argument('<segment>', 'its key')
    .addOption(new Option('--by <step>', 'steps of its size').choices(['hour', 'day']).default('day'))
    .option('--steps <number>', 'how many of them back', wholeNumber, 30)
    .option('--trait <keys>', 'what members are by these traits, beside everybody: a,b', nameList)
    .option('--beside <segments>', 'keys of up to 19 segments to hold it against: a,b', nameList)
    .action((segment: string, _flags: object, self: Command) => show(segment, self.optsWithGlobals()));
  add('preview', 'count whom a rule would select, condition by condition')
    .option('--rule <file>', 'the rule, as JSON or in the text form')
    .option('--text <rule>', 'the rule in the text form')
    .option('--draft-of <segment>', 'the segment that the rule is a draft of')
    .option('--compare <segments>', 'keys of up to 20 segments to hold the members against: a,b', nameList)
    .option('--sql', 'print the statement too')
    .action((_flags: object, self: Command) => preview(self.optsWithGlobals<PreviewFlags>(), self));
  add('diff', 'say who would enter and leave a segment if a draft served')
    .argument('<segment>', 'its key')
    .option('--rule <file>', 'the draft, as JSON or in the text form; the latest version when absent')
    .option('--of-version <number>', 'a version instead of the latest', wholeNumber)
    .action((segment: string, _flags: object, self: Command) => diff(segment, self.optsWithGlobals<DiffFlags>()));
  add('list', 'put the people of a file on a list (made when there is none), or take them off it')
    .argument('<segment>', 'key of the list')
    .requiredOption('--from <file>', 'CSV with a header line')
    .option('--column <name>', 'the column that names people; the first when absent')
    .option('--type <type>', 'what it holds: user_id (when absent), email, …; profile ids are always understood')
    .option('--name <name>', 'name of a new list')
    .option('--remove', 'take them off the list instead')
    .option('--rejects <file>', 'write those who name nobody to a CSV')
    .action((segment: string, _flags: object, self: Command) => listFromFile(segment, self.optsWithGlobals()));
  add('held', 'list versions that would take too many people out, and wait for a person').action(
    (_flags: object, self: Command) => held(self.optsWithGlobals()),
  );
  add('rollback', 'let a version that served before serve again')
    .argument('<segment>', 'its key')
    .argument('<version>', 'the version', wholeNumber)
    .option('--release', 'even if it takes more than 30 % out')
    .action((segment: string, version: number, _flags: object, self: Command) =>
      rollback(segment, version, self.optsWithGlobals()),
    );
  add('members', 'list who is in a segment, or who was')
    .argument('<segment>', 'its key')
    .option('--as-of <instant>', 'an instant, as 2026-05-14T10:00:00Z')
    .addOption(
      new Option('--known <how>', 'of an instant: as it was known then, or with all that has become known since')
        .choices(['then', 'now'])
        .default('then'),
    )
    .option('--limit <people>', 'at most so many', wholeNumber, MEMBERS_PAGE)
    .action((segment: string, _flags: object, self: Command) => members(segment, self.optsWithGlobals()));
  add('every', 'count a ranking or a predicate (top, sql) anew so often, and after each import')
    .argument('<segment>', 'its key')
    .argument('<minutes>', 'how often, or `never`: only when it is published again')
    .action((segment: string, minutes: string, _flags: object, self: Command) =>
      every(segment, minutes, self.optsWithGlobals()),
    );
  add('migration', 'count who went from which segment to which between two instants')
    .requiredOption('--from <segments>', 'keys at the first instant: a,b', nameList)
    .option('--to <segments>', 'keys at the second instant; the same when absent', nameList)
    .requiredOption('--at <instant>', 'the first instant, as 2026-05-14T10:00:00Z')
    .option('--until <instant>', 'the second instant; now when absent')
    .action((_flags: object, self: Command) => migration(self.optsWithGlobals()));
  add('archive', 'end a segment: its members leave it, and its key is never used again')
    .argument('<segment>', 'its key')
    .option('--release', 'even if rules of other segments that serve name it')
    .action((segment: string, _flags: object, self: Command) => archive(segment, self.optsWithGlobals()));
  add('discard', 'give a held version up')
    .argument('<segment>', 'its key')
    .action((segment: string, _flags: object, self: Command) => discard(segment, self.optsWithGlobals()));
  return command;
}

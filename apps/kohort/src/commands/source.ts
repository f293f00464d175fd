import { existsSync, readFileSync } from 'node:fs';
import { Command } from 'commander';
import { z } from 'zod';
import { connect, withConnection, type ConnectFlags } from '../client/connect';
import type { GatewayClient } from '../client/gateway-client';
import { followBacklog, followJob } from '../client/jobs';
import { FAILURE_FIELDS, payloadOf, type MutationAnswer } from '../client/results';
import { fileErrors } from '../files/file-errors';
import { loadMapping } from '../files/mappings';
import { textTable } from '../terminal/text-table';
import { ensureImportSource } from './import';
import { nameList, wholeNumber } from './options';

interface JsonFlag extends ConnectFlags {
  readonly json?: boolean;
}

interface AddFlags extends JsonFlag {
  readonly plugin: string;
  readonly settings: string;
  readonly mapping: string;
  readonly source: string;
  readonly name?: string;
  readonly every?: number;
  readonly createProfiles?: boolean;
}

interface PullSourceRow {
  readonly key: string;
  readonly plugin: string;
  readonly everyMinutes: number | null;
  readonly pulledAt: string | null;
  readonly source: { readonly key: string };
}

const settingsSchema = z.record(z.string(), z.json());

function readSettings(file: string): z.infer<typeof settingsSchema> {
  if (!existsSync(file)) throw fileErrors.FILE_NOT_FOUND({ file });
  try {
    return settingsSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (cause) {
    throw fileErrors.FILE_BAD_JSON({ file, line: 1, reason: 'it must be one JSON object' }, { cause });
  }
}

async function withClient<T>(flags: ConnectFlags, work: (client: GatewayClient) => Promise<T>): Promise<T> {
  const client = connect(flags);
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}

function print(value: unknown, flags: JsonFlag): void {
  const shown = (key: string, held: unknown): unknown => (key === '__typename' ? undefined : held);
  process.stdout.write(`${JSON.stringify(value, shown, flags.json ? 0 : 2)}\n`);
}

async function add(key: string, flags: AddFlags): Promise<void> {
  const mapping = /[./\\]/.test(flags.mapping) ? loadMapping(flags.mapping) : flags.mapping;
  const input = {
    key,
    name: flags.name ?? key,
    plugin: flags.plugin,
    settings: readSettings(flags.settings),
    source: flags.source,
    mapping,
    createProfiles: flags.createProfiles,
    everyMinutes: flags.every,
  };
  const made = await withClient(flags, async (client) => {
    await ensureImportSource(client, flags.source);
    const { createPullSource } = await client.query<{ createPullSource: MutationAnswer }>(
      `mutation ($input: CreatePullSourceInput!) { createPullSource(input: $input) {
        __typename ... on PullSource { key plugin everyMinutes nextAt } ${FAILURE_FIELDS} } }`,
      { input },
    );
    return payloadOf(createPullSource, 'PullSource');
  });
  print(made, flags);
}

async function list(flags: JsonFlag): Promise<void> {
  const { pullSources } = await withClient(flags, (client) =>
    client.query<{ pullSources: { nodes: PullSourceRow[] } }>(
      '{ pullSources(first: 100) { nodes { key plugin everyMinutes pulledAt source { key } } } }',
    ),
  );
  if (flags.json) {
    print({ command: 'source', sources: pullSources.nodes }, flags);
    return;
  }
  const rows = pullSources.nodes.map((row) => [
    row.key,
    row.plugin,
    row.source.key,
    row.everyMinutes === null ? 'when asked' : `every ${row.everyMinutes} min`,
    row.pulledAt ?? '–',
  ]);
  process.stdout.write(`${textTable(['pull source', 'plugin', 'source', 'pulled', 'last pull'], rows)}\n`);
}

/** Asks for a job of a pull source and prints its result. */
async function job(asked: { mutation: string; args: string; variables: object }, flags: JsonFlag): Promise<void> {
  const { mutation, args, variables } = asked;
  const result = await withClient(flags, async (client) => {
    const names = args.replace(/\$(\w+): [\w!]+/g, '$1: $$$1');
    const answer = await client.query<Record<string, MutationAnswer & { id: string }>>(
      `mutation (${args}) { ${mutation}(${names}) { __typename ... on Job { id } ${FAILURE_FIELDS} } }`,
      { ...variables },
    );
    const made = payloadOf<MutationAnswer & { id: string }>(answer[mutation] ?? { __typename: 'nothing' }, 'Job');
    const ended = await followJob(client, made.id, mutation);
    if (mutation === 'runPullSource') await followBacklog(client, 'identity');
    return ended.result;
  });
  print(result, flags);
}

async function schedule(key: string, minutes: string, flags: JsonFlag): Promise<void> {
  const everyMinutes = minutes === 'never' ? null : wholeNumber(minutes);
  const changed = await withClient(flags, async (client) => {
    const { schedulePullSource } = await client.query<{ schedulePullSource: MutationAnswer }>(
      `mutation ($key: String!, $everyMinutes: Int) { schedulePullSource(key: $key, everyMinutes: $everyMinutes) {
        __typename ... on PullSource { key everyMinutes nextAt } ${FAILURE_FIELDS} } }`,
      { key, everyMinutes },
    );
    return payloadOf(schedulePullSource, 'PullSource');
  });
  print(changed, flags);
}

interface MaskFlags extends JsonFlag {
  readonly field?: readonly string[];
  readonly longTexts?: number;
  readonly kinds?: readonly string[];
  readonly country?: string;
  readonly off?: boolean;
}

const gathered = (value: string, list: readonly string[] = []): readonly string[] => [...list, value];

const MASKING = 'key masking { fields longTexts kinds country }';

/** What is masked of each source now. */
async function masked(flags: JsonFlag): Promise<void> {
  const { sources } = await withClient(flags, (client) =>
    client.query<{ sources: { nodes: readonly unknown[] } }>(`{ sources(first: 100) { nodes { ${MASKING} } } }`),
  );
  print({ command: 'source masked', sources: sources.nodes }, flags);
}

/** What is masked of a source from now on. The server says what is wrong with the settings. */
async function mask(source: string, flags: MaskFlags): Promise<void> {
  const { field, longTexts, kinds, country, off } = flags;
  const asked = { fields: field, longTexts, country, kinds: kinds?.map((kind) => kind.toUpperCase()) };
  const changed = await withClient(flags, async (client) => {
    const { maskSource } = await client.query<{ maskSource: MutationAnswer }>(
      `mutation ($source: String!, $masking: SourceMaskingInput) { maskSource(source: $source, masking: $masking) {
        __typename ... on Source { ${MASKING} } ${FAILURE_FIELDS} } }`,
      { source, masking: off ? null : asked },
    );
    return payloadOf(maskSource, 'Source');
  });
  print(changed, flags);
}

const sub = (name: string, description: string): Command =>
  withConnection(new Command(name).description(description).option('--json', 'print one JSON object'));

/** `kohort source …`: what records are pulled from. */
export function sourceCommand(): Command {
  const root = new Command('source').description('databases and buckets that records are pulled from');
  const ofKey = (name: string, description: string): Command => sub(name, description).argument('<key>', 'its key');
  root.addCommand(
    sub('add', 'configure a source; nothing is read yet')
      .argument('<key>', 'snake_case, never reused')
      .requiredOption('--plugin <id>', 'postgres-source or s3-source')
      .requiredOption('--settings <file>', 'JSON of the plugin’s settings; secrets are sealed by the server')
      .requiredOption('--mapping <file or name>', 'how rows become messages')
      .option('--source <key>', 'source that the records count for', 'import')
      .option('--name <text>', 'what it is called; its key when absent')
      .option('--every <minutes>', 'pull every so many minutes', wholeNumber)
      .option('--create-profiles', 'rows may make people; otherwise as the mapping says')
      .option('--no-create-profiles', 'update people who are known, leave the others out')
      .action(add),
  );
  root.addCommand(sub('list', 'the configured sources').action(list));
  const looks = [
    ['check', 'whether it can be read with its settings and credentials', 'checkPullSource'],
    ['discover', 'tables, keys and columns that are there to be read', 'discoverPullSource'],
  ] as const;
  for (const [name, description, mutation] of looks) {
    root.addCommand(
      ofKey(name, description).action((key: string, flags: JsonFlag) =>
        job({ mutation, args: '$key: String!', variables: { key } }, flags),
      ),
    );
  }
  root.addCommand(
    ofKey('preview', 'what its next rows would become; nothing is stored')
      .option('--rows <n>', '1 to 10,000', wholeNumber, 1_000)
      .action((key: string, flags: JsonFlag & { rows: number }) =>
        job(
          { mutation: 'previewPullSource', args: '$key: String!, $rows: Int', variables: { key, rows: flags.rows } },
          flags,
        ),
      ),
  );
  root.addCommand(
    ofKey('pull', 'read what is new')
      .option('--full', 'from the beginning; what is known is not stored again')
      .action((key: string, flags: JsonFlag & { full?: boolean }) =>
        job(
          {
            mutation: 'runPullSource',
            args: '$key: String!, $full: Boolean!',
            variables: { key, full: flags.full ?? false },
          },
          flags,
        ),
      ),
  );
  root.addCommand(
    sub('mask', 'mask personal data in texts of a source’s messages before anything is stored')
      .argument('<source>', 'key of the source that the records count for')
      .option('--field <path>', 'such as properties.comment; may be given again', gathered)
      .option('--long-texts <characters>', 'every text of more than so many characters', wholeNumber)
      .option('--kinds <names>', 'of email,phone,card,iban,ip,person; all but person when absent', nameList)
      .option('--country <code>', 'country of national telephone numbers, such as DE')
      .option('--off', 'mask nothing any more')
      .action(mask),
  );
  root.addCommand(sub('masked', 'what is masked of each source now').action(masked));
  root.addCommand(ofKey('every', 'pull by the clock').argument('<minutes>', '1 to 44,640, or never').action(schedule));
  return root;
}

import { Command } from 'commander';
import {
  DEFAULT_RULES,
  RECOMMENDED_RULES,
  Simulation,
  parseIdentityRules,
  simulationJson,
} from '@kohort/identity-domain';
import { importRecords } from '@kohort/ingest-domain';
import { KNOWN_PEOPLE_ONLY, eventIdSchema, type IdentityRules, type NormalisedMessage } from '@kohort/kernel-contracts';
import { connect, withConnection, type ConnectFlags } from '../client/connect';
import { followJob } from '../client/jobs';
import { FAILURE_FIELDS, payloadOf, type MutationAnswer } from '../client/results';
import { dataFiles, localImportFile } from '../files/local-import-file';
import { parquetDecoder } from '../files/parquet-decoder';
import { loadBuiltInMappings, loadMapping } from '../files/mappings';
import { readJson } from '../files/read-lines';
import { textTable } from '../terminal/text-table';
import { addReviewCommands } from './identity-review';

interface RulesFlags extends ConnectFlags {
  readonly rules: string;
  readonly json?: boolean;
}

interface SimulateFlags extends RulesFlags {
  readonly file?: string;
  readonly before?: string;
  readonly mapping?: string;
}

type JobAnswer = MutationAnswer & { readonly id: string };

const print = (command: string, value: unknown, json: boolean | undefined): void => {
  process.stdout.write(
    json ? `${JSON.stringify({ command, result: value })}\n` : `${JSON.stringify(value, null, 2)}\n`,
  );
};

const readRules = async (file: string): Promise<IdentityRules> => parseIdentityRules(await readJson(file));

/** A message of a file as an event of the history; the message's own id stands for the event's. */
function eventOf(message: NormalisedMessage, n: number) {
  const { messageId, type, userId, anonymousId, previousId, ts, receivedAt, traits, context, flags } = message;
  const eventId = eventIdSchema.parse(`00000000-0000-4000-8000-${String(n).padStart(12, '0')}`);
  const knownOnly = flags.includes(KNOWN_PEOPLE_ONLY);
  return { eventId, messageId, type, userId, anonymousId, previousId, ts, receivedAt, traits, context, knownOnly };
}

async function simulateFile(path: string, flags: SimulateFlags): Promise<unknown> {
  const before = flags.before === undefined ? DEFAULT_RULES : await readRules(flags.before);
  const simulation = new Simulation({ before, after: await readRules(flags.rules) }, []);
  const mappings = loadBuiltInMappings();
  const mapping = flags.mapping === undefined ? null : loadMapping(flags.mapping);
  let n = 0;
  for (const file of dataFiles(path)) {
    const plan = { sourceId: 'simulation', receivedAt: Date.now(), mapping, mappings, createProfiles: true };
    const reading = await importRecords(await localImportFile(file), { ...plan, parquet: parquetDecoder });
    for await (const { units } of reading.batches()) {
      for (const { message } of units) if (message) simulation.observe(eventOf(message, (n += 1)), null);
    }
  }
  return simulationJson(simulation.report());
}

async function simulate(flags: SimulateFlags): Promise<void> {
  if (flags.file !== undefined) return print('identity simulate', await simulateFile(flags.file, flags), flags.json);
  const rules = await readRules(flags.rules);
  const client = connect(flags);
  const { answer } = await client.query<{ answer: JobAnswer }>(
    `mutation ($rules: JSON!) { answer: simulateIdentityRules(rules: $rules) { __typename ... on Job { id } ${FAILURE_FIELDS} } }`,
    { rules },
  );
  const job = await followJob(client, payloadOf<JobAnswer>(answer, 'Job').id, 'simulate');
  await client.close();
  print('identity simulate', job.result, flags.json);
}

async function apply(flags: RulesFlags & { readonly note?: string }): Promise<void> {
  const rules = await readRules(flags.rules);
  const client = connect(flags);
  const { saved } = await client.query<{ saved: MutationAnswer & { version: number } }>(
    `mutation ($rules: JSON!, $note: String) { saved: saveIdentityRules(rules: $rules, note: $note) {
      __typename ... on IdentityRules { version } ${FAILURE_FIELDS} } }`,
    { rules, note: flags.note ?? null },
  );
  const { version } = payloadOf<MutationAnswer & { version: number }>(saved, 'IdentityRules');
  const { answer } = await client.query<{ answer: JobAnswer }>(
    `mutation ($version: Int!) { answer: applyIdentityRules(version: $version) { __typename ... on Job { id } ${FAILURE_FIELDS} } }`,
    { version },
  );
  const job = await followJob(client, payloadOf<JobAnswer>(answer, 'Job').id, 'rebuild');
  await client.close();
  print('identity apply', job.result, flags.json);
}

async function rules(flags: ConnectFlags & { readonly recommended?: boolean; readonly json?: boolean }): Promise<void> {
  if (flags.recommended) return print('identity rules', RECOMMENDED_RULES, flags.json);
  const client = connect(flags);
  const { identityRules } = await client.query<{ identityRules: object }>(
    '{ identityRules { version status rules note savedAt appliedAt } }',
  );
  await client.close();
  print('identity rules', identityRules, flags.json);
}

interface RiskRow {
  readonly type: string;
  readonly masked: string;
  readonly links: number;
  readonly held: number;
  readonly since: string;
  readonly sources: readonly string[];
}

async function risks(flags: ConnectFlags & { readonly json?: boolean }): Promise<void> {
  const client = connect(flags);
  const { identityRisks } = await client.query<{ identityRisks: { nodes: RiskRow[] } }>(
    '{ identityRisks(first: 100) { nodes { key type masked links held since sources profileId } } }',
  );
  await client.close();
  if (flags.json) return print('identity risks', identityRisks.nodes, true);
  const rows = identityRisks.nodes.map((row) => [
    row.type,
    row.masked,
    String(row.links),
    String(row.held),
    row.since,
    row.sources.join(', '),
  ]);
  process.stdout.write(`${textTable(['type', 'value', 'links', 'held', 'since', 'sources'], rows)}\n`);
}

async function history(person: string, flags: ConnectFlags & { readonly json?: boolean }): Promise<void> {
  const client = connect(flags);
  const { profile } = await client.query<{ profile: object | null }>(
    `query ($id: ID!) { profile(id: $id) { id canonicalId mergedInto mergeHistory(first: 50) { nodes {
      id kind cause at survivorId absorbedId identifiers { type masked } rulesVersion detail actor } } } }`,
    { id: person },
  );
  await client.close();
  print('identity history', profile, flags.json);
}

type Parting = MutationAnswer & { readonly isApart: boolean };
const PARTING = `__typename ... on Parting { isApart profiles { id canonicalId } } ${FAILURE_FIELDS}`;

async function unmerge(merge: string, flags: ConnectFlags & { readonly json?: boolean }): Promise<void> {
  const client = connect(flags);
  const { answer } = await client.query<{ answer: Parting }>(
    `mutation ($merge: ID!) { answer: unmergeProfile(merge: $merge) { ${PARTING} } }`,
    { merge },
  );
  await client.close();
  print('identity unmerge', payloadOf<Parting>(answer, 'Parting'), flags.json);
}

async function merge(one: string, other: string, flags: ConnectFlags & { readonly json?: boolean }): Promise<void> {
  const client = connect(flags);
  const { answer } = await client.query<{ answer: Parting }>(
    `mutation ($profiles: [ID!]!) { answer: mergeProfiles(profiles: $profiles) { ${PARTING} } }`,
    { profiles: [one, other] },
  );
  await client.close();
  print('identity merge', payloadOf<Parting>(answer, 'Parting'), flags.json);
}

/** `kohort identity …`: rules by which people are told apart, tried before they are applied; merges and their undoing. */
export function identityCommand(): Command {
  const command = new Command('identity').description('how people are told apart: rules, simulation, merges');
  const add = (name: string, description: string): Command =>
    withConnection(command.command(name).description(description).option('--json', 'print one JSON object'));
  add('rules', 'print the rules that are active')
    .option('--recommended', 'print rules to begin with; needs no server')
    .action(rules);
  add('simulate', 'say what rules would change, on the history of a running workspace or on a file')
    .requiredOption('--rules <file>', 'the rules as JSON')
    .option('--file <path>', 'messages to try them on instead (a file, or a folder); needs no server')
    .option('--before <file>', 'with --file: the rules to compare with; the built-in ones when absent')
    .option('--mapping <file>', 'with --file: how columns become messages; chosen by the header when absent')
    .action(simulate);
  add('apply', 'save rules and make everybody anew by them')
    .requiredOption('--rules <file>', 'the rules as JSON')
    .option('--note <text>', 'why')
    .action(apply);
  add('risks', 'list values that link too many').action(risks);
  add('history', 'say how a person came to be one').argument('<profile>', 'profile id').action(history);
  add('unmerge', 'take a merge back, for good').argument('<merge>', 'id of an entry of the history').action(unmerge);
  add('merge', 'join two profiles by hand').argument('<profile>').argument('<other>').action(merge);
  addReviewCommands(add);
  return command;
}

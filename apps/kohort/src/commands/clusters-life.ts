import { Command, InvalidArgumentError } from 'commander';
import { connect, withConnection, type ConnectFlags } from '../client/connect';
import { clientErrors } from '../client/client-errors';
import { followJob } from '../client/jobs';
import { FAILURE_FIELDS, payloadOf, type MutationAnswer } from '../client/results';
import {
  historyText,
  migrationText,
  refitText,
  watchText,
  type RemoteMigration,
  type RemoteVersion,
  type RemoteWatch,
} from '../terminal/cluster-account';
import { wholeNumber } from './options';
import { printFound } from '../terminal/print-found';

interface ModelFlags extends ConnectFlags {
  readonly model: string;
  readonly json?: boolean;
}

const NAMED = '{ key name size }';
/** Versions of one question: each may have many verdicts, and what a question may read is bounded. */
const PAGE = 4;
const HISTORY = `query ($key: String!, $first: Int!, $after: Cursor) { model(key: $key) { liveVersion
  versions(first: $first, after: $after) { pageInfo { endCursor hasNextPage } nodes { version asOf createdAt identity { version people verdicts {
    kind before ${NAMED} after ${NAMED} carries similarity sharedMembers suggestedName } } } } } }`;
const NODE = '{ key name people }';
const MIGRATION = `query ($key: String!, $from: DateTime!, $to: DateTime!) { model(key: $key) {
  migration(at1: $from, at2: $to) { people versionBefore versionAfter before ${NODE} after ${NODE} flows { from to people } } } }`;

/** Parses a date or an instant, as an ISO instant. */
function instant(text: string): string {
  const ms = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : NaN;
  if (Number.isNaN(ms))
    throw new InvalidArgumentError('it must be a date like 2026-05-14, or an instant with its zone');
  return new Date(ms).toISOString();
}

function found<T>(model: T | null, key: string): T {
  if (model) return model;
  throw clientErrors.CLIENT_REFUSED({ reason: `there is no model "${key}"`, remoteCode: 'MODEL_NOT_FOUND' });
}

interface HistoryPage {
  readonly liveVersion: number;
  readonly versions: {
    readonly pageInfo: { readonly endCursor: string | null; readonly hasNextPage: boolean };
    readonly nodes: readonly RemoteVersion[];
  };
}

async function history(flags: ModelFlags & { readonly first: number }): Promise<void> {
  const client = connect(flags);
  const told: RemoteVersion[] = [];
  let after: string | null = null;
  let liveVersion: number;
  do {
    const first: number = Math.min(PAGE, flags.first - told.length);
    const answer: { model: HistoryPage | null } = await client.query(HISTORY, { key: flags.model, first, after });
    const page = found(answer.model, flags.model);
    told.push(...page.versions.nodes);
    ({ liveVersion } = page);
    after = page.versions.pageInfo.hasNextPage ? page.versions.pageInfo.endCursor : null;
  } while (after !== null && told.length < flags.first);
  await client.close();
  const versionsFound = { model: flags.model, liveVersion, versions: told };
  printFound('clusters history', versionsFound, { ...flags, text: historyText(told, liveVersion) });
}

async function migration(flags: ModelFlags & { readonly from: string; readonly to: string }): Promise<void> {
  const client = connect(flags);
  const { model } = await client.query<{ model: { migration: RemoteMigration } | null }>(MIGRATION, {
    ...{ key: flags.model, from: flags.from, to: flags.to },
  });
  await client.close();
  const told = found(model, flags.model).migration;
  printFound('clusters migration', told, { ...flags, text: migrationText(told) });
}

const LOOKS = `query ($key: String!) { model(key: $key) { refit { kind everyDays } looks(first: 1) { nodes {
  version day level reasons peopleBefore peopleAfter clusters { key level shareBefore shareAfter } } } } }`;

async function watch(flags: ModelFlags): Promise<void> {
  const client = connect(flags);
  const { watchModel } = await client.query<{ watchModel: MutationAnswer & { id: string } }>(
    `mutation ($model: String!) { watchModel(model: $model) { __typename ... on Job { id } ${FAILURE_FIELDS} } }`,
    { model: flags.model },
  );
  await followJob(client, payloadOf<MutationAnswer & { id: string }>(watchModel, 'Job').id, 'watch');
  const { model } = await client.query<{ model: RemoteWatch | null }>(LOOKS, { key: flags.model });
  await client.close();
  const told = found(model, flags.model);
  printFound('clusters watch', told, { ...flags, text: watchText(told) });
}

interface RefitFlags extends ModelFlags {
  readonly never?: boolean;
  readonly every?: number;
  readonly onDrift?: boolean;
}

async function refit(flags: RefitFlags, command: Command): Promise<void> {
  const { never, every, onDrift } = flags;
  const given = [never, every !== undefined, onDrift].filter(Boolean).length;
  if (given !== 1) command.error('give one of --never, --every <days> and --on-drift');
  const kind = never ? 'NEVER' : onDrift ? 'ON_DRIFT' : 'SCHEDULE';
  const client = connect(flags);
  const { setModelRefit } = await client.query<{ setModelRefit: MutationAnswer }>(
    `mutation ($input: SetModelRefitInput!) { setModelRefit(input: $input) {
      __typename ... on Model { key refit { kind everyDays } } ${FAILURE_FIELDS} } }`,
    { input: { model: flags.model, kind, everyDays: every ?? null } },
  );
  await client.close();
  const set = payloadOf<MutationAnswer & { refit: { kind: string; everyDays: number | null } }>(setModelRefit, 'Model');
  printFound('clusters refit', set, { ...flags, text: refitText(set.refit) });
}

/** `kohort clusters watch`: whether the people of now are still those of the fit. */
export function watchCommand(): Command {
  const command = new Command('watch')
    .description('look whether the people of a clustering are still those that it was fitted on')
    .requiredOption('--model <key>', 'key of the model')
    .option('--json', 'print one JSON object')
    .action(watch);
  return withConnection(command);
}

/** `kohort clusters refit`: when a clustering is fitted again by itself. */
export function refitCommand(): Command {
  const command = new Command('refit')
    .description('say when a clustering is fitted again by itself, as it was fitted last')
    .requiredOption('--model <key>', 'key of the model')
    .option('--never', 'only when asked to')
    .option('--every <days>', 'so many days after the last fit', wholeNumber)
    .option('--on-drift', 'when a daily look finds that people have moved')
    .option('--json', 'print one JSON object')
    .action(refit);
  return withConnection(command);
}

/** `kohort clusters history`: what became of a model's clusters with each fit. */
export function historyCommand(): Command {
  const command = new Command('history')
    .description('tell what became of a model’s clusters with each fit: same, split, merged, new or gone')
    .requiredOption('--model <key>', 'key of the model')
    .option('--first <number>', 'versions told, the newest first', wholeNumber, 10)
    .option('--json', 'print one JSON object')
    .action(history);
  return withConnection(command);
}

/** `kohort clusters migration`: who went from which cluster to which. */
export function migrationCommand(): Command {
  const command = new Command('migration')
    .description('tell who went from which cluster of a model to which between two instants')
    .requiredOption('--model <key>', 'key of the model')
    .requiredOption('--from <instant>', 'when people are in the first clusters', instant)
    .requiredOption('--to <instant>', 'when people are in the second', instant)
    .option('--json', 'print one JSON object')
    .action(migration);
  return withConnection(command);
}

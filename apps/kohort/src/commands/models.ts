import { Command } from 'commander';
import { clientErrors } from '../client/client-errors';
import { connect, withConnection, type ConnectFlags } from '../client/connect';
import { followJob } from '../client/jobs';
import { FAILURE_FIELDS, payloadOf, type MutationAnswer } from '../client/results';
import { textTable } from '../terminal/text-table';
import { wholeNumber } from './options';
import { printFound } from '../terminal/print-found';

interface RollbackFlags extends ConnectFlags {
  readonly to: number;
  readonly json?: boolean;
}

const ROLLBACK = `mutation ($model: String!, $version: Int!) { answer: rollbackModel(model: $model, toVersion: $version) {
  __typename ... on Job { id } ${FAILURE_FIELDS} } }`;

async function rollback(model: string, flags: RollbackFlags): Promise<void> {
  const client = connect(flags);
  const { answer } = await client.query<{ answer: MutationAnswer & { id: string } }>(ROLLBACK, {
    ...{ model, version: flags.to },
  });
  const { id } = payloadOf<MutationAnswer & { id: string }>(answer, 'Job');
  if (!flags.json) process.stdout.write(`${model} serves version ${flags.to} again\n`);
  const { result } = await followJob(client, id, 'scoring everybody anew');
  await client.close();
  printFound(
    'models rollback',
    { model, served: flags.to, job: id, scored: result },
    { ...flags, text: scoredText(result) },
  );
}

function scoredText(result: unknown): string {
  const { version = null, people = 0 }: { version?: number | null; people?: number } = Object(result);
  return version === null
    ? 'another version is served by now: nobody was scored anew'
    : `everybody, ${people} people, is scored anew by it as version ${version}`;
}

interface Serving {
  readonly version: number;
  readonly servedAt: string;
  readonly cause: string;
  readonly askedBy: string | null;
}

const SERVINGS = `query ($key: String!, $first: Int!) { model(key: $key) { liveVersion servings(first: $first) { nodes {
  version servedAt cause askedBy } } } }`;

async function servings(model: string, flags: ConnectFlags & { first: number; json?: boolean }): Promise<void> {
  const client = connect(flags);
  const told = await client.query<{ model: { liveVersion: number | null; servings: { nodes: Serving[] } } | null }>(
    SERVINGS,
    { key: model, first: flags.first },
  );
  await client.close();
  if (!told.model) {
    throw clientErrors.CLIENT_REFUSED({ reason: `there is no model "${model}"`, remoteCode: 'MODEL_NOT_FOUND' });
  }
  const { liveVersion, servings: found } = told.model;
  const rows = found.nodes.map((one) => [one.servedAt, one.version, one.cause.toLowerCase(), one.askedBy ?? '–']);
  const text = textTable(['served from', 'version', 'because of', 'asked for by'], rows);
  printFound('models servings', { model, liveVersion, servings: found.nodes }, { ...flags, text });
}

/** `kohort models …`: which version of a model is served. */
export function modelsCommand(): Command {
  return new Command('models')
    .description('which version of a clustering or propensity model is served')
    .addCommand(
      withConnection(
        new Command('rollback')
          .description('serve an earlier version of a model again, at once, and score everybody anew by it')
          .argument('<key>', 'key of the model')
          .requiredOption('--to <version>', 'the version', wholeNumber)
          .option('--json', 'print one JSON object')
          .action(rollback),
      ),
    )
    .addCommand(
      withConnection(
        new Command('servings')
          .description('tell which version was served from when on, and why')
          .argument('<key>', 'key of the model')
          .option('--first <number>', 'how many are told, the newest first', wholeNumber, 20)
          .option('--json', 'print one JSON object')
          .action(servings),
      ),
    );
}

import { InvalidArgumentError, Option, type Command } from 'commander';
import { connect, type ConnectFlags } from '../client/connect';
import { followJob } from '../client/jobs';
import { readLinkPairs, type LinkPair } from '../client/link-pairs';
import { FAILURE_FIELDS, payloadOf, type MutationAnswer } from '../client/results';
import { textTable } from '../terminal/text-table';
import { nameList, openShare, wholeNumber } from './options';

interface ReviewFlags extends ConnectFlags {
  readonly json?: boolean;
}

interface ListFlags extends ReviewFlags {
  readonly state: 'open' | 'accepted' | 'rejected' | 'gone' | 'all';
  readonly minProbability?: number;
  readonly limit: number;
  readonly showValues?: boolean;
}

interface LinkFlags extends ReviewFlags {
  readonly fields?: string[];
  readonly threshold?: number;
}

const MOST_PAIRS = 1_000;

function pairsLimit(text: string): number {
  const value = wholeNumber(text);
  if (value < 1 || value > MOST_PAIRS) throw new InvalidArgumentError(`it must be from 1 to ${MOST_PAIRS}`);
  return value;
}

const printJson = (command: string, result: unknown): void => {
  process.stdout.write(`${JSON.stringify({ command, result })}\n`);
};

function pairText({ profileIds: [a, b], probability, weight, verdict, state, compared }: LinkPair): string {
  const head = `${a}  ${b}  ${verdict.toLowerCase()}  p ${probability.toFixed(4)}  ${weight.toFixed(1)} bits  ${state.toLowerCase()}`;
  const rows = compared.map(({ trait, level, weight: bits, values: [one, other] }) => [
    trait,
    level,
    bits.toFixed(1),
    one ?? '–',
    other ?? '–',
  ]);
  return `${head}\n${textTable(['trait', 'agrees', 'bits', 'one', 'other'], rows)}`;
}

async function candidates(flags: ListFlags): Promise<void> {
  const client = connect(flags);
  const pairs = await readLinkPairs(client, {
    state: flags.state === 'all' ? null : flags.state.toUpperCase(),
    minProbability: flags.minProbability ?? null,
    most: flags.limit,
    showValues: flags.showValues ?? false,
  });
  await client.close();
  if (flags.json) return printJson('identity candidates', pairs);
  const none = 'no pairs: `kohort identity link` looks for them';
  process.stdout.write(`${pairs.length === 0 ? none : pairs.map(pairText).join('\n\n')}\n`);
}

type Decided = MutationAnswer & { readonly profileIds: readonly string[]; readonly state: string };

const decide =
  (what: 'accept' | 'reject') =>
  async (a: string, b: string, flags: ReviewFlags): Promise<void> => {
    const client = connect(flags);
    const { answer } = await client.query<{ answer: Decided }>(
      `mutation ($a: ID!, $b: ID!) { answer: ${what}LinkCandidate(a: $a, b: $b) {
        __typename ... on LinkCandidate { profileIds state decidedBy decidedAt } ${FAILURE_FIELDS} } }`,
      { a, b },
    );
    await client.close();
    const pair = payloadOf<Decided>(answer, 'LinkCandidate');
    if (flags.json) return printJson(`identity ${what}`, pair);
    process.stdout.write(`${pair.profileIds.join('  ')}  ${pair.state.toLowerCase()}\n`);
  };

async function link(flags: LinkFlags): Promise<void> {
  const client = connect(flags);
  const fields = flags.fields?.map((field) => {
    const [trait, type] = field.split(':');
    return { trait, ...(type === undefined ? {} : { type }) };
  });
  const { answer } = await client.query<{ answer: MutationAnswer & { readonly id: string } }>(
    `mutation ($input: FindLinkCandidatesInput!) { answer: findLinkCandidates(input: $input) {
      __typename ... on Job { id } ${FAILURE_FIELDS} } }`,
    { input: { fields: fields ?? null, threshold: flags.threshold ?? null } },
  );
  const job = await followJob(client, payloadOf<MutationAnswer & { readonly id: string }>(answer, 'Job').id, 'link');
  await client.close();
  if (flags.json) return printJson('identity link', job.result);
  process.stdout.write(`${JSON.stringify(job.result, null, 2)}\n`);
}

/** The review of people who may be one: looking for pairs, listing them, deciding about one. */
export function addReviewCommands(add: (name: string, description: string) => Command): void {
  add('link', 'look for people who may be one, by their traits')
    .option(
      '--fields <traits>',
      'traits to compare, a:name,b:date,c; those that tell people apart when absent',
      nameList,
    )
    .option('--threshold <probability>', 'from which a pair is a match', openShare)
    .action(link);
  add('candidates', 'list pairs of people who may be one, the likeliest first')
    .addOption(
      new Option('--state <state>', 'which pairs')
        .choices(['open', 'accepted', 'rejected', 'gone', 'all'])
        .default('open'),
    )
    .option('--min-probability <probability>', 'from which a pair is listed', openShare)
    .option('--limit <pairs>', 'how many', pairsLimit, 20)
    .option('--show-values', 'print the values that were compared as they are')
    .action(candidates);
  add('accept', 'say that the two of a pair are one')
    .argument('<profile>')
    .argument('<other>')
    .action(decide('accept'));
  add('reject', 'say that the two of a pair are not one, for good')
    .argument('<profile>')
    .argument('<other>')
    .action(decide('reject'));
}

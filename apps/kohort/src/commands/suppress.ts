import { Command } from 'commander';
import { connect, withConnection, type ConnectFlags } from '../client/connect';
import { FAILURE_FIELDS, payloadOf, type MutationAnswer } from '../client/results';
import { readIdentifiers } from '../files/read-identifiers';
import { count } from '../terminal/account';
import { progressView } from '../terminal/progress-bar';

interface SuppressFlags extends ConnectFlags {
  readonly csv: string;
  readonly type?: string;
  readonly column?: string;
  readonly reason: string;
  readonly remove?: boolean;
  readonly json?: boolean;
}

/** Identifiers of one call. */
const AT_ONCE = 200;

const SUPPRESS = `mutation ($input: SuppressionInput!) { answer: suppress(input: $input) {
  __typename ... on Suppression { added people memberships } ${FAILURE_FIELDS} } }`;
const UNSUPPRESS = `mutation ($input: SuppressionInput!) { answer: unsuppress(input: $input) {
  __typename ... on Unsuppression { removed } ${FAILURE_FIELDS} } }`;

interface Suppressed extends MutationAnswer {
  readonly added?: number;
  readonly people?: number;
  readonly memberships?: number;
  readonly removed?: number;
}

function textOf(flags: SuppressFlags, sums: Record<'added' | 'people' | 'memberships' | 'removed', number>): string {
  if (flags.remove) return `  ${count(sums.removed)} entries taken off the suppression list`;
  return `  ${count(sums.added)} entries on the suppression list; ${count(sums.people)} known people are profiled no longer, ${count(sums.memberships)} memberships ended`;
}

async function run(flags: SuppressFlags): Promise<void> {
  const read = await readIdentifiers(flags.csv, flags);
  const client = connect(flags);
  const view = progressView(flags.remove ? 'unsuppress' : 'suppress');
  const sums = { added: 0, people: 0, memberships: 0, removed: 0 };
  try {
    for (let i = 0; i < read.length; i += AT_ONCE) {
      const identifiers = read.slice(i, i + AT_ONCE).map(({ type, value }) => ({ type, value }));
      const { answer } = await client.query<{ answer: MutationAnswer }>(flags.remove ? UNSUPPRESS : SUPPRESS, {
        input: { identifiers, reason: flags.reason },
      });
      const done = payloadOf<Suppressed>(answer, flags.remove ? 'Unsuppression' : 'Suppression');
      sums.added += done.added ?? 0;
      sums.people += done.people ?? 0;
      sums.memberships += done.memberships ?? 0;
      sums.removed += done.removed ?? 0;
      view.update({ phase: 'people', done: Math.min(i + AT_ONCE, read.length), total: read.length });
    }
  } finally {
    view.end();
    await client.close();
  }
  const report = { command: 'suppress', identifiers: read.length, ...sums };
  process.stdout.write(`${flags.json ? JSON.stringify(report) : textOf(flags, sums)}\n`);
}

/** `kohort suppress --csv FILE`: puts people on the suppression list of a running workspace, or takes them off. */
export function suppressCommand(): Command {
  const command = new Command('suppress')
    .description(
      'put the people of a list on the suppression list: nothing that names them is taken in any more, memberships end, destinations owe their removal; safe to repeat',
    )
    .requiredOption('--csv <file>', 'a file with the columns type and value, or with one column of --type')
    .option('--type <type>', 'email, phone, user_id, anonymous_id: what the column holds')
    .option('--column <name>', 'the column; the first one when --type is given, else value')
    .requiredOption('--reason <text>', 'why; kept with the entries')
    .option('--remove', 'take them off the list instead')
    .option('--json', 'print one JSON object')
    .action(run);
  return withConnection(command);
}

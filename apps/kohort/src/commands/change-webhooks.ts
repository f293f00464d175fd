import { Command } from 'commander';
import { connect, withConnection, type ConnectFlags } from '../client/connect';
import { FAILURE_FIELDS, payloadOf, type MutationAnswer } from '../client/results';
import { count } from '../terminal/account';

interface Endpoint {
  readonly id: string;
  readonly url: string;
  readonly status: string;
  readonly segment: { readonly key: string } | null;
  readonly kinds: readonly string[] | null;
  readonly delivered: number;
  readonly isSendingMembers: boolean;
  readonly failures: number;
  readonly errorCode: string | null;
  readonly nextAt: string | null;
}

interface ListFlags extends ConnectFlags {
  readonly json?: boolean;
}

interface SendFlags extends ListFlags {
  readonly after?: string;
  readonly members?: boolean;
  readonly segment?: string;
  readonly kinds?: string;
}

const ENDPOINT = 'id url status kinds segment { key } delivered isSendingMembers failures errorCode nextAt';
const LIST = `{ changeWebhooks(first: 100) { nodes { ${ENDPOINT} } } }`;
const CREATE = `mutation ($input: CreateChangeWebhookInput!) { answer: createChangeWebhook(input: $input) {
  __typename ... on NewChangeWebhook { secret webhook { ${ENDPOINT} } } ${FAILURE_FIELDS} } }`;

interface Made extends MutationAnswer {
  readonly webhook: Endpoint;
  readonly secret: string | null;
}

function account({ id, url, status, segment, kinds, delivered, isSendingMembers, failures, errorCode }: Endpoint) {
  const of = [segment?.key ?? 'all segments', ...(kinds ?? [])].join(', ').toLowerCase();
  const members = isSendingMembers ? '; everybody who is in is being sent' : '';
  const failed = failures > 0 ? `; ${failures} tries failed: ${errorCode ?? ''}` : '';
  return `${id}  ${status.toLowerCase()}  ${url} (${of}): ${count(delivered)} changes${members}${failed}`;
}

async function list(flags: ListFlags): Promise<void> {
  const client = connect(flags);
  const { changeWebhooks } = await client.query<{ changeWebhooks: { nodes: readonly Endpoint[] } }>(LIST);
  await client.close();
  const { nodes } = changeWebhooks;
  const text = flags.json === true ? JSON.stringify({ command: 'changes webhooks', webhooks: nodes }) : '';
  process.stdout.write(flags.json === true ? `${text}\n` : nodes.map((one) => `${account(one)}\n`).join(''));
}

async function send(url: string, flags: SendFlags): Promise<void> {
  const { after = null, members = false, segment = null, kinds } = flags;
  const client = connect(flags);
  const input = { url, after, members, segment, kinds: kinds?.toUpperCase().split(',') ?? null };
  const { answer } = await client.query<{ answer: MutationAnswer }>(CREATE, { input });
  await client.close();
  const { webhook, secret } = payloadOf<Made>(answer, 'NewChangeWebhook');
  const text = flags.json === true ? JSON.stringify({ command: 'changes send', webhook, secret }) : account(webhook);
  process.stdout.write(`${text}\n`);
  if (flags.json !== true) process.stdout.write(`signing secret, shown once: ${secret ?? ''}\n`);
}

/** `kohort changes webhooks` and `kohort changes send`: endpoints that are sent the change log. */
export function changeWebhookCommands(): readonly Command[] {
  const webhooks = new Command('webhooks')
    .description('list the endpoints that are sent the change log, and how far each has come')
    .option('--json', 'print one JSON object')
    .action(list);
  const sending = new Command('send')
    .description('send the change log to an address, signed, again until it is acknowledged')
    .argument('<address>', 'https address of the endpoint')
    .option('--after <cursor>', 'what follows this cursor; what comes from now on when absent')
    .option('--members', 'everybody who is in first, and then what follows')
    .option('--segment <key>', 'of one segment')
    .option('--kinds <list>', 'entered, exited or both, with a comma')
    .option('--json', 'print one JSON object')
    .action(send);
  return [withConnection(webhooks), withConnection(sending)];
}

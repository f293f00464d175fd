import type { HttpRequest } from '@kohort/kernel-contracts';
import {
  classifyStatus,
  cutBatches,
  defineAction,
  groupBy,
  reject,
  sendHttp,
  utf8Bytes,
  type ActionContext,
  type Built,
  type Interpretation,
  type MappedMember,
  type PreparedMember,
  type Rejection,
  type Reply,
} from '@kohort/plugin-kit-sdk';
import { z } from 'zod';
import { authorize } from '../../authorize';
import { MAX_BODY_BYTES, REQUEST_TIMEOUT_MS } from '../../limits';
import type { Settings } from '../../settings';
import { fields, toMessage, type Fields, type Member } from './send-members.mapping';

/** Room for everything in a message but its members. */
const ENVELOPE_BYTES = 2_048;

const results = z.object({
  results: z.array(
    z.object({
      id: z.union([z.string(), z.number()]).transform(String),
      status: z.string(),
      reason: z.string().optional(),
    }),
  ),
});

function prepare(member: MappedMember<Fields>): Member | Rejection {
  const item = { ...member.fields, change_seq: member.changeVersion };
  if (utf8Bytes(JSON.stringify(item)) > MAX_BODY_BYTES - ENVELOPE_BYTES)
    return reject('WEBHOOK_MEMBER_TOO_LARGE', 'the record alone is larger than a message may be');
  return item;
}

function build(
  members: readonly PreparedMember<Member>[],
  context: ActionContext<Settings>,
  key: (members: readonly PreparedMember<Member>[]) => string,
): readonly Built<Member, HttpRequest>[] {
  const limits = { maxRecords: context.settings.maxMembers, maxBytes: MAX_BODY_BYTES - ENVELOPE_BYTES };
  const batches = groupBy(members, (member) => member.operation).flatMap((group) =>
    cutBatches(group, limits, (member) => utf8Bytes(JSON.stringify(member.item)) + 1),
  );
  return batches.map((batch) => ({
    members: batch,
    call: {
      method: 'POST',
      url: context.settings.url,
      headers: { 'content-type': 'application/json', 'webhook-id': `msg_${key(batch)}` },
      body: toMessage(batch, context),
      timeoutMs: REQUEST_TIMEOUT_MS,
    },
  }));
}

function readResults(body: string): z.output<typeof results> | null {
  try {
    const read = results.safeParse(JSON.parse(body));
    return read.success ? read.data : null;
  } catch {
    // Any 2xx body that is not ours means that all were taken.
    return null;
  }
}

function interpret(reply: Reply, built: Built<Member, HttpRequest>): Interpretation {
  const failed = classifyStatus(reply.status);
  if (failed !== null)
    return { ok: false, class: failed, code: `HTTP_${reply.status}`, message: `the receiver answered ${reply.status}` };
  const rejected = new Map<string, { code: string; message: string }>();
  const said = new Map((readResults(reply.body)?.results ?? []).map((one) => [one.id, one]));
  for (const member of built.members) {
    const one = said.get(member.item.id);
    if (one && one.status !== 'accepted')
      rejected.set(member.key, { code: 'REFUSED_BY_RECEIVER', message: one.reason ?? 'no reason was given' });
  }
  return { ok: true, rejected };
}

/** Brings entering and leaving members to the receiver, one signed message a batch. */
export const sendMembers = defineAction({
  key: 'send-members',
  title: 'Send entering and leaving members',
  operations: ['add', 'remove'],
  fields,
  identifiers: ['id'],
  defaultMapping: { id: 'profile.id', external_ids: 'identifiers' },
  prepare,
  build,
  send: sendHttp<Settings>((call, context, nowMs) => authorize(call, context.settings, nowMs)),
  interpret,
});

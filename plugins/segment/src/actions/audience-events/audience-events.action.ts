import {
  cutBatches,
  defineAction,
  reject,
  utf8Bytes,
  type ActionContext,
  type Built,
  type Interpretation,
  type MappedMember,
  type PluginHost,
  type PreparedMember,
  type Rejection,
  type Reply,
} from '@kohort/plugin-kit-sdk';
import { sendBatch } from '../../client';
import { classifyReply } from '../../errors';
import { MAX_BATCH_BYTES, MAX_BATCH_EVENTS, MAX_EVENT_BYTES, MAX_MESSAGE_ID, SDK_EVENT_BYTES } from '../../limits';
import type { Settings } from '../../settings';
import { fields, toEvents, type AudienceEvent, type Fields } from './audience-events.mapping';

type Item = readonly AudienceEvent[];

const bytesOf = (event: AudienceEvent): number => utf8Bytes(JSON.stringify(event)) + SDK_EVENT_BYTES;

/** The vendor drops what is too large or has too long an id without an error; here it is refused aloud. */
function prepare(member: MappedMember<Fields>, context: ActionContext<Settings>): Item | Rejection {
  const events = toEvents(member, context);
  if (!events) return reject('NO_IDENTIFIER', 'neither userId nor anonymousId has a value');
  if (events.some((event) => bytesOf(event) > MAX_EVENT_BYTES))
    return reject('SEGMENT_EVENT_TOO_LARGE', `an event may have ${MAX_EVENT_BYTES} bytes`);
  if (events.some((event) => event.messageId.length > MAX_MESSAGE_ID))
    return reject('SEGMENT_MESSAGE_ID', `a message id may have ${MAX_MESSAGE_ID} characters`);
  return events;
}

function build(
  members: readonly PreparedMember<Item>[],
  context: ActionContext<Settings>,
): readonly Built<Item, Item>[] {
  const perMember = context.settings.events === 'both' ? 2 : 1;
  const limits = { maxRecords: Math.floor(MAX_BATCH_EVENTS / perMember), maxBytes: MAX_BATCH_BYTES };
  return cutBatches(members, limits, (member) => member.item.reduce((sum, event) => sum + bytesOf(event) + 1, 0)).map(
    (batch) => ({ members: batch, call: batch.flatMap((member) => member.item) }),
  );
}

function send(call: Item, context: ActionContext<Settings>, host: PluginHost): Promise<Reply> {
  return sendBatch(context.settings, call, host);
}

function interpret(reply: Reply): Interpretation {
  const failed = classifyReply(reply.status);
  if (failed === null) return { ok: true };
  return { ok: false, class: failed, code: `HTTP_${reply.status}`, message: `the source answered ${reply.status}` };
}

/** Sends the audience events of entering and leaving members. */
export const audienceEvents = defineAction({
  key: 'audience-events',
  title: 'Send audience events',
  operations: ['add', 'remove'],
  fields,
  identifiers: ['userId', 'anonymousId'],
  defaultMapping: {
    userId: 'identifiers.user_id',
    anonymousId: 'identifiers.anonymous_id',
    email: 'identifiers.email',
  },
  prepare,
  build,
  send,
  interpret,
});

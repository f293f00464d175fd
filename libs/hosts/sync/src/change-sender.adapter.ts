import { createHash } from 'node:crypto';
import type { Clock } from '@kohort/kernel-clock-random';
import type {
  ChangeContent,
  ChangeMessage,
  ChangeReceipt,
  ChangeSender,
  HttpTransport,
  SecretBox,
  SentMember,
} from '@kohort/kernel-contracts';
import { isAppError } from '@kohort/kernel-errors';
import { changeSecrets, retryAfterOf } from '@kohort/plugin-kit-host';
import { signWebhook } from '@kohort/plugin-webhook';

/** What the sender stands on. */
export interface ChangeSenderParts {
  readonly http: HttpTransport;
  readonly secrets: SecretBox;
  readonly clock: Clock;
}

const TIMEOUT_MS = 20_000;
const GONE = 410;

const instant = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());
const idOfChange = (of: Pick<SentMember, 'segmentId' | 'profileId' | 'changeVersion'>): string =>
  `${of.segmentId}:${of.profileId}:${of.changeVersion}`;

function dataOf(content: ChangeContent): { readonly type: string; readonly data: object } {
  if ('members' in content) {
    const members = content.members.map((member) => ({
      id: idOfChange(member),
      ...{ ...member, enteredAt: instant(member.enteredAt) },
    }));
    return { type: 'membership.snapshot', data: { members, isLast: content.isLast } };
  }
  const changes = content.changes.map((change) => ({
    id: idOfChange(change),
    ...{ ...change, evaluatedAt: instant(change.evaluatedAt), recordedAt: instant(change.recordedAt) },
  }));
  return { type: 'membership.changed', data: { changes } };
}

function bodyOf({ webhookId, content }: ChangeMessage, nowMs: number): string {
  const { type, data } = dataOf(content);
  return JSON.stringify({ type, timestamp: instant(nowMs), data: { webhook: webhookId, ...data } });
}

/** The same content to the same endpoint has the same id, however often it is sent. */
function idOf({ webhookId, content }: ChangeMessage): string {
  const [list, what] = 'members' in content ? [content.members, 'members'] : [content.changes, ''];
  const hash = createHash('sha256').update(webhookId).update(what);
  for (const one of list) hash.update(`${idOfChange(one)};`);
  return `msg_${hash.digest('base64url').slice(0, 32)}`;
}

function refused(status: number, afterMs: number | null): ChangeReceipt {
  const message = `the endpoint answered ${status}`;
  return { ok: false, code: `CHANGE_WEBHOOK_HTTP_${status}`, message, isGone: status === GONE, afterMs };
}

/** Sends by the egress client, signed as Standard Webhooks says: with each secret that is good now. */
export function changeSender({ http, secrets, clock }: ChangeSenderParts): ChangeSender {
  const box = changeSecrets(secrets);
  return {
    async send(message, signal) {
      const nowMs = clock.now();
      const content = { id: idOf(message), timestampSeconds: Math.floor(nowMs / 1_000), body: bodyOf(message, nowMs) };
      try {
        const good = box.goodAt(message, nowMs);
        const reply = await http.send(
          {
            method: 'POST',
            url: message.url,
            headers: {
              'content-type': 'application/json',
              'webhook-id': content.id,
              'webhook-timestamp': String(content.timestampSeconds),
              'webhook-signature': good.map((secret) => signWebhook(secret, content)).join(' '),
            },
            body: content.body,
            timeoutMs: TIMEOUT_MS,
          },
          signal,
        );
        if (reply.status >= 200 && reply.status < 300) return { ok: true };
        return refused(reply.status, retryAfterOf(reply.headers, nowMs));
      } catch (thrown) {
        if (!isAppError(thrown)) throw thrown;
        return { ok: false, code: thrown.code, message: thrown.publicMessage, isGone: false, afterMs: null };
      }
    },
  };
}

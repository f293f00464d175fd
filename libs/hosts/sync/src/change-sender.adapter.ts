import { createHash } from 'node:crypto';
import type { Clock } from '@kohort/kernel-clock-random';
import type { ChangeMessage, ChangeReceipt, ChangeSender, HttpTransport, SecretBox } from '@kohort/kernel-contracts';
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

function bodyOf({ webhookId, changes }: ChangeMessage, nowMs: number): string {
  return JSON.stringify({
    type: 'membership.changed',
    timestamp: new Date(nowMs).toISOString(),
    data: {
      webhook: webhookId,
      changes: changes.map(({ evaluatedAt, recordedAt, ...change }) => ({
        id: `${change.segmentId}:${change.profileId}:${change.changeVersion}`,
        ...change,
        evaluatedAt: new Date(evaluatedAt).toISOString(),
        recordedAt: new Date(recordedAt).toISOString(),
      })),
    },
  });
}

/** The same changes to the same endpoint have the same id, however often they are sent. */
function idOf({ webhookId, changes }: ChangeMessage): string {
  const hash = createHash('sha256').update(webhookId);
  for (const change of changes) hash.update(`${change.segmentId}:${change.profileId}:${change.changeVersion};`);
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

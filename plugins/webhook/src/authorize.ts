import type { HttpRequest } from '@kohort/kernel-contracts';
import type { Settings } from './settings';
import { signLegacy, signWebhook } from './signature';

/** Adds timestamp and signatures of this attempt; while a secret is replaced, one of each. Pure. */
export function authorize(call: HttpRequest, settings: Settings, nowMs: number): HttpRequest {
  const body = call.body ?? '';
  const timestampSeconds = Math.floor(nowMs / 1000);
  const content = { id: call.headers['webhook-id'] ?? '', timestampSeconds, body };
  const secrets = [settings.secret, ...(settings.previousSecret === undefined ? [] : [settings.previousSecret])];
  return {
    ...call,
    headers: {
      ...call.headers,
      'webhook-timestamp': String(timestampSeconds),
      'webhook-signature': secrets.map((secret) => signWebhook(secret, content)).join(' '),
      ...(settings.legacySecret === undefined ? {} : { 'x-signature': signLegacy(settings.legacySecret, body) }),
    },
  };
}

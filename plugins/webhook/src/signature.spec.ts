import { generateKeyPairSync } from 'node:crypto';
import { seededRandom } from '@kohort/kernel-clock-random';
import { isSigningSecret, signLegacy, signWebhook, verifyWebhook } from './signature';

const secret = 'whsec_c2VnLXN5bmMtZGVtby1zZWNyZXQtMzItYnl0ZXMteHg=';
const body =
  '{"type":"audience.membership.changed","timestamp":"2026-01-02T03:04:05Z","data":{"segment_key":"vip","action":"add","members":[{"id":"u1"}]}}';
const content = { id: 'msg_01HZXSEGSYNC0001', timestampSeconds: 1767323045, body };
const right = 'v1,dpEqi/+ztXNFIq7QWkemkM5qaWqHk52NrCGqsckMp/0=';
const nowMs = content.timestampSeconds * 1000;
const headers = (signature: string, timestamp = content.timestampSeconds): Record<string, string> => ({
  'webhook-id': content.id,
  'webhook-timestamp': String(timestamp),
  'webhook-signature': signature,
});

describe('the worked vector', () => {
  it('is signed exactly so', () => expect(signWebhook(secret, content)).toBe(right));
  it('has this legacy signature', () =>
    expect(signLegacy('shh', body)).toBe('451c24e8165222e816ffee56a9751f44f858b3e7'));
  it('is verified', () => expect(verifyWebhook(headers(right), body, { secret, nowMs })).toBe(true));
});

describe('verifyWebhook', () => {
  it('refuses a body with one added space', () =>
    expect(verifyWebhook(headers(right), `${body} `, { secret, nowMs })).toBe(false));
  it('refuses a timestamp ten minutes off, either way', () => {
    expect(verifyWebhook(headers(right), body, { secret, nowMs: nowMs + 600_000 })).toBe(false);
    expect(verifyWebhook(headers(right), body, { secret, nowMs: nowMs - 600_000 })).toBe(false);
  });
  it('accepts when the second signature is right', () =>
    expect(verifyWebhook(headers(`v1,AAAA ${right}`), body, { secret, nowMs })).toBe(true));
  it('passes over unknown versions', () => {
    expect(verifyWebhook(headers(right.replace('v1,', 'v2,')), body, { secret, nowMs })).toBe(false);
    expect(verifyWebhook(headers(`v9,x ${right}`), body, { secret, nowMs })).toBe(true);
  });
  it('refuses missing headers', () => expect(verifyWebhook({}, body, { secret, nowMs })).toBe(false));

  it('verifies none of 10,000 mutations', () => {
    const random = seededRandom(41);
    let verified = 0;
    for (let i = 0; i < 10_000; i += 1) {
      const parts: Record<string, string> = { ...headers(right), body };
      const names = ['webhook-id', 'webhook-timestamp', 'webhook-signature', 'body'] as const;
      const name = names[random.int(names.length)] ?? 'body';
      const text = parts[name] ?? '';
      const at = name === 'webhook-signature' ? 3 + random.int(text.length - 5) : random.int(text.length);
      const kinds = [
        text.slice(0, at) + text.slice(at + 1),
        `${text.slice(0, at)}${text.slice(at, at + 1) === 'x' ? 'y' : 'x'}${text.slice(at + 1)}`,
        `${text.slice(0, at)}7x${text.slice(at)}`,
      ];
      const changed = { ...parts, [name]: kinds[random.int(kinds.length)] ?? '' };
      if (verifyWebhook(changed, changed['body'] ?? '', { secret, nowMs })) verified += 1;
    }
    expect(verified).toBe(0);
  });
});

describe('ed25519', () => {
  const pair = generateKeyPairSync('ed25519');
  const seed = pair.privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(-32);
  const raw = pair.publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
  const own = `whsk_${seed.toString('base64')}`;

  it('is signed as v1a and verified with the public key', () => {
    const signature = signWebhook(own, content);
    expect(signature).toMatch(/^v1a,/);
    const options = { secret: `whpk_${raw.toString('base64')}`, nowMs };
    expect(verifyWebhook(headers(signature), body, options)).toBe(true);
    expect(verifyWebhook(headers(signature), `${body} `, options)).toBe(false);
  });

  it('is not confused with a shared secret', () =>
    expect(verifyWebhook(headers(right.replace('v1,', 'v1a,')), body, { secret, nowMs })).toBe(false));
});

it.each([
  [secret, true],
  [`whsec_${Buffer.alloc(23).toString('base64')}`, false],
  [`whsec_${Buffer.alloc(65).toString('base64')}`, false],
  [`whsk_${Buffer.alloc(32, 1).toString('base64')}`, true],
  [`whsk_${Buffer.alloc(31, 1).toString('base64')}`, false],
  ['whsec_***', false],
  ['plain', false],
])('isSigningSecret %#', (value, expected) => expect(isSigningSecret(value)).toBe(expected));

import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  sign,
  timingSafeEqual,
  verify,
  type KeyObject,
} from 'node:crypto';

/** DER frame of an ed25519 private key around its 32-byte seed, and of a public key (RFC 8410). */
const PRIVATE_FRAME = Buffer.from('302e020100300506032b657004220420', 'hex');
const PUBLIC_FRAME = Buffer.from('302a300506032b6570032100', 'hex');
const TOLERANCE_SECONDS = 300;

/** What is signed, and sent as the headers webhook-id, webhook-timestamp and the body. */
export interface SignedContent {
  readonly id: string;
  /** Unix seconds of this attempt. */
  readonly timestampSeconds: number;
  readonly body: string;
}

function decode(text: string): Buffer | null {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return null;
  return Buffer.from(text, 'base64');
}

function symmetricKey(secret: string): Buffer | null {
  const key = secret.startsWith('whsec_') ? decode(secret.slice('whsec_'.length)) : null;
  return key && key.length >= 24 && key.length <= 64 ? key : null;
}

function privateKey(secret: string): KeyObject | null {
  const raw = secret.startsWith('whsk_') ? decode(secret.slice('whsk_'.length)) : null;
  if (!raw || (raw.length !== 32 && raw.length !== 64)) return null;
  return createPrivateKey({ key: Buffer.concat([PRIVATE_FRAME, raw.subarray(0, 32)]), format: 'der', type: 'pkcs8' });
}

/** True for `whsec_` with 24–64 bytes and for `whsk_` with an ed25519 private key. */
export function isSigningSecret(secret: string): boolean {
  return symmetricKey(secret) !== null || privateKey(secret) !== null;
}

function signedBytes(content: SignedContent): Buffer {
  return Buffer.from(`${content.id}.${content.timestampSeconds}.${content.body}`, 'utf8');
}

/** `v1,…` for a symmetric secret, `v1a,…` for an ed25519 key; empty for a secret that is neither. */
export function signWebhook(secret: string, content: SignedContent): string {
  const shared = symmetricKey(secret);
  if (shared) return `v1,${createHmac('sha256', shared).update(signedBytes(content)).digest('base64')}`;
  const own = privateKey(secret);
  return own ? `v1a,${sign(null, signedBytes(content), own).toString('base64')}` : '';
}

/** Hex HMAC-SHA1 of the body: the header X-Signature of the old scheme. */
export function signLegacy(secret: string, body: string): string {
  return createHmac('sha1', secret).update(body, 'utf8').digest('hex');
}

function matches(signature: string, secret: string, content: SignedContent): boolean {
  const [version, value = ''] = signature.split(',', 2);
  if (version === 'v1') {
    const wanted = Buffer.from(signWebhook(secret, content));
    const given = Buffer.from(signature);
    return secret.startsWith('whsec_') && wanted.length === given.length && timingSafeEqual(wanted, given);
  }
  if (version !== 'v1a' || !secret.startsWith('whpk_')) return false;
  const raw = decode(secret.slice('whpk_'.length));
  const bytes = decode(value);
  if (!raw || raw.length !== 32 || !bytes) return false;
  const key = createPublicKey({ key: Buffer.concat([PUBLIC_FRAME, raw]), format: 'der', type: 'spki' });
  return verify(null, signedBytes(content), key, bytes);
}

/**
 * The receiver's side: true when one of the listed signatures is right and the timestamp is within five minutes.
 * `secret` is `whsec_…`, or `whpk_…` (the public key) for ed25519. Signatures of unknown versions are passed over.
 */
export function verifyWebhook(
  headers: Readonly<Record<string, string>>,
  body: string,
  options: { readonly secret: string; readonly nowMs: number },
): boolean {
  const id = headers['webhook-id'];
  const timestampSeconds = Number(headers['webhook-timestamp']);
  if (!id || !Number.isInteger(timestampSeconds)) return false;
  if (Math.abs(options.nowMs / 1000 - timestampSeconds) > TOLERANCE_SECONDS) return false;
  const listed = (headers['webhook-signature'] ?? '').split(' ');
  return listed.some((signature) => matches(signature, options.secret, { id, timestampSeconds, body }));
}

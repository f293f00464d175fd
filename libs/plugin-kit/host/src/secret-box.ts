import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { defineErrors } from '@kohort/kernel-errors';
import type { JsonObject, SecretBox, SecretPlace } from '@kohort/kernel-contracts';

export const secretErrors = defineErrors({
  SECRETS_CANNOT_BE_OPENED: {
    kind: 'configuration',
    message: () => 'the stored credentials cannot be opened; enter them again',
  },
  SECRETS_KEY_TOO_SHORT: { kind: 'configuration', message: () => 'the key of the credentials must have 32 bytes' },
});

const FORMAT = 1;
const NONCE = 12;
const TAG = 16;
const KEY = 32;
const KEY_ID = 4;
const WRAPPED = NONCE + KEY + TAG;
const HEAD = 1 + KEY_ID + WRAPPED;

function aad(place: SecretPlace, part: 'key' | 'content'): Buffer {
  return Buffer.from([place.workspaceId, place.destinationKey, part, String(FORMAT)].join('|'), 'utf8');
}

function encrypt(key: Buffer, plain: Buffer, bound: Buffer): Buffer {
  const nonce = randomBytes(NONCE);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(bound);
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function decrypt(key: Buffer, sealed: Buffer, bound: Buffer): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE), { authTagLength: TAG }).setAAD(
    bound,
  );
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG));
  return Buffer.concat([decipher.update(sealed.subarray(NONCE, sealed.length - TAG)), decipher.final()]);
}

/** Names a key without telling anything of it. */
function idOf(key: Buffer): Buffer {
  return createHash('sha256').update('kohort key id').update(key).digest().subarray(0, KEY_ID);
}

const secretsSchema = z.record(z.string(), z.json());

/**
 * Envelope encryption: each destination's secrets under a data key of their own (AES-256-GCM, random nonce), the data key
 * under the newest of `keys`, both bound to workspace and destination. Older keys only open.
 *
 * Shape   keys: newest first, 32 bytes each. Sealed: format 1 · key id 4 · wrapped key 60 · nonce 12 · text · tag 16
 * Throws  SECRETS_KEY_TOO_SHORT
 */
export function createSecretBox(keys: readonly Uint8Array[]): SecretBox {
  const ring = keys.map((key) => ({ key: Buffer.from(key), id: idOf(Buffer.from(key)) }));
  const newest = ring[0];
  if (!newest || ring.some(({ key }) => key.length !== KEY)) throw secretErrors.SECRETS_KEY_TOO_SHORT();

  function dataKey(place: SecretPlace, sealed: Buffer): { key: Buffer; current: boolean } {
    const holder = ring.find(({ id }) => id.equals(sealed.subarray(1, 1 + KEY_ID)));
    if (!holder || sealed[0] !== FORMAT || sealed.length <= HEAD + NONCE + TAG)
      throw secretErrors.SECRETS_CANNOT_BE_OPENED();
    return {
      key: decrypt(holder.key, sealed.subarray(1 + KEY_ID, HEAD), aad(place, 'key')),
      current: holder === newest,
    };
  }
  function opening<T>(work: () => T): T {
    try {
      return work();
    } catch (thrown) {
      throw secretErrors.SECRETS_CANNOT_BE_OPENED({}, { cause: thrown });
    }
  }
  const head = (place: SecretPlace, key: Buffer): Buffer =>
    Buffer.concat([Buffer.from([FORMAT]), newest.id, encrypt(newest.key, key, aad(place, 'key'))]);

  return {
    seal(place, secrets) {
      const key = randomBytes(KEY);
      const content = encrypt(key, Buffer.from(JSON.stringify(secrets), 'utf8'), aad(place, 'content'));
      return Buffer.concat([head(place, key), content]);
    },
    open: (place, sealed): JsonObject =>
      opening(() => {
        const bytes = Buffer.from(sealed);
        const { key } = dataKey(place, bytes);
        const text = decrypt(key, bytes.subarray(HEAD), aad(place, 'content')).toString('utf8');
        return secretsSchema.parse(JSON.parse(text));
      }),
    rewrap: (place, sealed) =>
      opening(() => {
        const bytes = Buffer.from(sealed);
        const { key, current } = dataKey(place, bytes);
        return current ? sealed : Buffer.concat([head(place, key), bytes.subarray(HEAD)]);
      }),
  };
}

import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import type { JsonObject } from '@kohort/kernel-contracts';
import { defineErrors } from '@kohort/kernel-errors';
import { z } from 'zod';

export const secretErrors = defineErrors({
  SECRETS_NOT_OPENED: {
    kind: 'configuration',
    message: () => 'a sealed setting cannot be opened: it was sealed under another key or for another place',
  },
});

const VERSION = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

const objectSchema = z.record(z.string(), z.json());

/** Seals and opens; `place` names where the secret belongs, and a copy elsewhere does not open. */
export interface SecretBox {
  seal(place: string, secrets: JsonObject): Buffer;
  /**
   * Throws  SECRETS_NOT_OPENED for another key, another place, or a changed byte
   */
  open(place: string, sealed: Uint8Array): JsonObject;
}

function parsePlain(plain: Buffer): JsonObject {
  return objectSchema.parse(JSON.parse(plain.toString('utf8')));
}

/**
 * A box under an installation's master key. Layout: version (1 byte), nonce (12), tag (16), ciphertext. Each place has a
 * key of its own, derived by HKDF-SHA-256, so that no key meets its limit of random nonces.
 *
 * Source  NIST SP 800-38D (GCM); RFC 5869 (HKDF)
 */
export function openSecretBox(masterKey: Uint8Array): SecretBox {
  const keyOf = (place: string): Buffer => Buffer.from(hkdfSync('sha256', masterKey, 'kohort-secrets', place, 32));
  return {
    seal(place, secrets) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', keyOf(place), nonce);
      cipher.setAAD(Buffer.from(`${VERSION}|${place}`));
      const body = Buffer.concat([cipher.update(JSON.stringify(secrets), 'utf8'), cipher.final()]);
      return Buffer.concat([Buffer.from([VERSION]), nonce, cipher.getAuthTag(), body]);
    },
    open(place, sealed) {
      const bytes = Buffer.from(sealed);
      const nonce = bytes.subarray(1, 1 + NONCE_BYTES);
      const tag = bytes.subarray(1 + NONCE_BYTES, 1 + NONCE_BYTES + TAG_BYTES);
      if (bytes[0] !== VERSION || tag.length !== TAG_BYTES) throw secretErrors.SECRETS_NOT_OPENED();
      try {
        const decipher = createDecipheriv('aes-256-gcm', keyOf(place), nonce);
        decipher.setAAD(Buffer.from(`${VERSION}|${place}`));
        decipher.setAuthTag(tag);
        return parsePlain(
          Buffer.concat([decipher.update(bytes.subarray(1 + NONCE_BYTES + TAG_BYTES)), decipher.final()]),
        );
      } catch (cause) {
        throw secretErrors.SECRETS_NOT_OPENED({}, { cause });
      }
    },
  };
}

/** Where a destination's secrets belong. */
export function destinationPlace(destination: {
  readonly workspaceId: string;
  readonly id: string;
  readonly plugin: string;
}): string {
  return `${destination.workspaceId}|${destination.plugin}|${destination.id}`;
}

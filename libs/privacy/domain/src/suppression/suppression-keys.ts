import { createHash, createHmac } from 'node:crypto';
import type { SuppressedIdentifier, SuppressionDigest, ScreenedMessage } from '@kohort/kernel-contracts';
import { matchForms, type CountryHint, type Side } from './match-forms';
import { namesOfMessage } from './names-of-message';
import { privacyErrors } from '../privacy-errors';

/** One key of the suppression list. */
interface KeyGeneration {
  readonly generation: string;
  readonly key: Uint8Array;
}

const KEY_BYTES = 32;

/** What a key is called in the table: a digest of it, so that nobody has to number keys. */
export function keyGeneration(key: Uint8Array): string {
  return createHash('sha256').update('kohort suppression key\n').update(key).digest('hex').slice(0, 8);
}

/**
 * The keys of the list: the first makes new entries, all of them find old ones. A key that made entries is needed as long
 * as these are kept: nobody can make them anew under another, for nobody knows the values.
 */
export class SuppressionKeys {
  private readonly keys: readonly KeyGeneration[];

  /** Throws  PRIVACY_KEY_TOO_SHORT; PRIVACY_KEY_MISSING when there is none */
  constructor(keys: readonly Uint8Array[]) {
    if (keys.length === 0) throw privacyErrors.PRIVACY_KEY_MISSING();
    for (const key of keys) if (key.length !== KEY_BYTES) throw privacyErrors.PRIVACY_KEY_TOO_SHORT();
    this.keys = keys.map((key) => ({ generation: keyGeneration(key), key }));
  }

  /** Generations that entries may have, newest first. */
  get generations(): readonly string[] {
    return this.keys.map(({ generation }) => generation);
  }

  /** Digests to be entered for an identifier: under the newest key. */
  toEnter(
    workspaceId: string,
    identifier: SuppressedIdentifier,
    hint: CountryHint = null,
  ): readonly SuppressionDigest[] {
    return this.digests(workspaceId, [identifier], { side: 'list', hint, keys: this.keys.slice(0, 1) });
  }

  /** Digests that entries of an identifier may have, under every key: to take them off again. */
  entered(
    workspaceId: string,
    identifier: SuppressedIdentifier,
    hint: CountryHint = null,
  ): readonly SuppressionDigest[] {
    return this.digests(workspaceId, [identifier], { side: 'list', hint, keys: this.keys });
  }

  /** Digests to look for. */
  toFind(
    workspaceId: string,
    identifiers: readonly SuppressedIdentifier[],
    hint: CountryHint = null,
  ): readonly SuppressionDigest[] {
    return this.digests(workspaceId, identifiers, { side: 'check', hint, keys: this.keys });
  }

  /** Digests to look for, of everything that names a person in a message. */
  ofMessage(workspaceId: string, message: ScreenedMessage): readonly SuppressionDigest[] {
    const { identifiers, country } = namesOfMessage(message);
    return this.toFind(workspaceId, identifiers, country);
  }

  private digests(
    workspaceId: string,
    identifiers: readonly SuppressedIdentifier[],
    how: { readonly side: Side; readonly hint: CountryHint; readonly keys: readonly KeyGeneration[] },
  ): readonly SuppressionDigest[] {
    const seen = new Set<string>();
    const found: SuppressionDigest[] = [];
    for (const identifier of identifiers) {
      for (const { kind, form } of matchForms(identifier, how.side, how.hint)) {
        const text = `${workspaceId}\n${kind}\n${form}`;
        if (seen.has(text)) continue;
        seen.add(text);
        for (const { generation, key } of how.keys) {
          found.push({ kind, generation, hash: createHmac('sha256', key).update(text, 'utf8').digest('hex') });
        }
      }
    }
    return found;
  }
}

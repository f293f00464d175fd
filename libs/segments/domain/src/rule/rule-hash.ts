import { createHash } from 'node:crypto';
import type { Json } from '@kohort/kernel-contracts';
import { stableJson } from '../values/stable-json';

/** SHA-256 (hex) of a JSON value's stable text: two spellings of the same rule, or proof, have the same hash. */
export function hashJson(value: Json): string {
  return createHash('sha256').update(stableJson(value), 'utf8').digest('hex');
}

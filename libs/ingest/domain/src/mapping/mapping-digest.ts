import { createHash } from 'node:crypto';
import { canonicalJson } from '../json/canonical-json';
import type { Mapping } from './mapping-schema';

/** Digest of what a mapping does to a file, lower-case hex: the same file by another mapping is another import. */
export function mappingDigest(mapping: Mapping, createProfiles: boolean): string {
  return createHash('sha256')
    .update(canonicalJson({ ...mapping, createProfiles }), 'utf8')
    .digest('hex');
}

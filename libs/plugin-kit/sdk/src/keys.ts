import { createHash } from 'node:crypto';

/** What names one change of one person in one destination, for ever. */
export interface MemberKeyParts {
  readonly destinationId: string;
  readonly segmentId: string;
  readonly profileId: string;
  readonly changeVersion: number;
}

function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

/** SHA-256 (hex) of destination, segment, profile and version: the same change has the same key on every retry. */
export function memberKey(parts: MemberKeyParts): string {
  return sha256([parts.destinationId, parts.segmentId, parts.profileId, String(parts.changeVersion)].join('\n'));
}

/** SHA-256 (hex) of the sorted member keys: the idempotency key of a request, whatever the order of its members. */
export function requestKey(memberKeys: readonly string[]): string {
  return sha256([...memberKeys].sort().join('\n'));
}

/** SHA-256 (hex) of a JSON value whose keys are in a fixed order: what was sent for one person. */
export function fingerprint(value: unknown): string {
  return sha256(stableJson(value));
}

function stableJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(stableJson).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    const entries = Object.entries(value)
      .filter(([, held]) => held !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([key, held]) => `${JSON.stringify(key)}:${stableJson(held)}`).join(',')}}`;
  }
  return JSON.stringify(value) ?? 'null';
}

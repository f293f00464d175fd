import { createHmac, timingSafeEqual } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { workspaceIdSchema, type WorkspaceId } from '@kohort/kernel-contracts';
import { accessErrors } from './access.errors';
import { base62Width, fromBase62, toBase62 } from './base62';

/** `api` (khk_…) is a secret; `write` (khw_…) is public by nature and good for ingest only. */
export type KeyKind = 'api' | 'write';

const PREFIX: Readonly<Record<KeyKind, string>> = { api: 'khk_', write: 'khw_' };
const SECRET_BYTES = 32;
const WORKSPACE_WIDTH = base62Width(16);
const SECRET_WIDTH = base62Width(SECRET_BYTES);
const CRC_WIDTH = base62Width(4);

/** A key as its text says; nothing has been looked up yet. */
export interface ParsedKey {
  readonly kind: KeyKind;
  readonly workspaceId: WorkspaceId;
  /** The whole text. Never logged, never stored. */
  readonly text: string;
}

function crcDigits(text: string): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(text));
  return toBase62(bytes);
}

/**
 * Makes a key's text: prefix, workspace, 256-bit secret, checksum. The workspace stands in the key so that the look-up
 * can set row-level security before its first query; the checksum lets secret scanners tell a key from noise.
 *
 * Throws  ACCESS_RANDOM_TOO_SHORT
 */
export function mintKey(kind: KeyKind, workspaceId: WorkspaceId, randomBytes: Uint8Array): string {
  if (randomBytes.length !== SECRET_BYTES) throw accessErrors.ACCESS_RANDOM_TOO_SHORT();
  const workspace = toBase62(Buffer.from(workspaceId.replaceAll('-', ''), 'hex'));
  const body = PREFIX[kind] + workspace + toBase62(randomBytes);
  return body + crcDigits(body);
}

/**
 * Reads a key's text and checks its checksum.
 *
 * Throws  ACCESS_KEY_MALFORMED
 */
export function parseKey(text: string): ParsedKey {
  const kind = text.startsWith(PREFIX.api) ? 'api' : text.startsWith(PREFIX.write) ? 'write' : null;
  if (kind === null) throw accessErrors.ACCESS_KEY_MALFORMED();
  const bodyWidth = PREFIX[kind].length + WORKSPACE_WIDTH + SECRET_WIDTH;
  if (text.length !== bodyWidth + CRC_WIDTH) throw accessErrors.ACCESS_KEY_MALFORMED();
  if (crcDigits(text.slice(0, bodyWidth)) !== text.slice(bodyWidth)) throw accessErrors.ACCESS_KEY_MALFORMED();
  const digits = text.slice(PREFIX[kind].length, PREFIX[kind].length + WORKSPACE_WIDTH);
  const hex = Buffer.from(fromBase62(digits, 16)).toString('hex');
  const id = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  return { kind, workspaceId: workspaceIdSchema.parse(id), text };
}

/** What is stored of a key: HMAC-SHA-256 under the pepper. 256 random bits need no slow hash. */
export function hashKey(text: string, pepper: Uint8Array): Uint8Array {
  return createHmac('sha256', pepper).update(text).digest();
}

/** Compares two digests without telling by the time taken where they differ. */
export function sameDigest(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && timingSafeEqual(left, right);
}

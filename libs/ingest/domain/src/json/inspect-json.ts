import type { Json } from '@kohort/kernel-contracts';
import { LIMITS } from '../limits';
import type { QuarantineCode, RejectionCode } from '../message/verdict';

/** The first thing in a value that must not be stored, with the path to it. */
export interface JsonFault {
  readonly code:
    | Extract<RejectionCode, 'too_deep' | 'forbidden_key' | 'key_too_long' | 'number_not_finite' | 'wrong_type'>
    | QuarantineCode;
  readonly path: string;
}

/** In `u` mode a surrogate matches only when it stands alone. */
const UNSTORABLE = /[\0\p{Surrogate}]/u;
/** Keys that reach an object's prototype when a careless reader copies them. */
const FORBIDDEN_KEYS = new Set(['__proto__', 'constructor', 'prototype']);
/** A path is shown, so it never carries a hostile key whole. */
const SHOWN_KEY_CHARS = 60;

/** Says whether jsonb can hold the text, and why not. */
export function textFault(text: string): QuarantineCode | null {
  const found = UNSTORABLE.exec(text);
  if (!found) return null;
  return found[0] === '\0' ? 'nul_character' : 'lone_surrogate';
}

const shown = (key: string): string =>
  key.length > SHOWN_KEY_CHARS || textFault(key) !== null ? `${key.slice(0, 20).replace(/[^ -~]/g, '?')}…` : key;

function keyFault(key: string, path: string): JsonFault | null {
  if (FORBIDDEN_KEYS.has(key)) return { code: 'forbidden_key', path: `${path}.${key}` };
  if (key.length > LIMITS.keyChars) return { code: 'key_too_long', path: `${path}.${shown(key)}` };
  const unstorable = textFault(key);
  return unstorable === null ? null : { code: unstorable, path: `${path}.${shown(key)}` };
}

function inspectObject(value: object, path: string, depth: number): JsonFault | null {
  for (const [key, inner] of Object.entries(value)) {
    const fault = keyFault(key, path) ?? inspectAt(inner, `${path}.${key}`, depth + 1);
    if (fault) return fault;
  }
  return null;
}

function inspectAt(value: unknown, path: string, depth: number): JsonFault | null {
  if (typeof value === 'string') {
    const unstorable = textFault(value);
    return unstorable === null ? null : { code: unstorable, path };
  }
  if (typeof value === 'number') return Number.isFinite(value) ? null : { code: 'number_not_finite', path };
  // An undefined member is absent in JSON text; in-process callers may leave one.
  if (value == null || typeof value === 'boolean') return null;
  if (typeof value !== 'object') return { code: 'wrong_type', path };
  if (depth > LIMITS.depth) return { code: 'too_deep', path: `${path.slice(0, SHOWN_KEY_CHARS)}…` };
  if (!Array.isArray(value)) return inspectObject(value, path, depth);
  for (let i = 0; i < value.length; i += 1) {
    const fault = inspectAt(value[i], `${path}[${i}]`, depth + 1);
    if (fault) return fault;
  }
  return null;
}

/**
 * Looks through a parsed value for what no store of ours can hold or what a careless reader would trip over: prototype
 * keys, NUL, lone surrogates, numbers that JSON cannot write again, keys over 255 characters, nesting over 64 levels.
 *
 * Cost    O(size); stops at the first fault and never descends below the limit
 */
export function inspectJson(value: unknown, root = ''): JsonFault | null {
  const fault = inspectAt(value, root, 0);
  return fault && fault.path.startsWith('.') ? { ...fault, path: fault.path.slice(1) } : fault;
}

/** True for an object of JSON: no array, no null. */
export function isJsonObject(value: unknown): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

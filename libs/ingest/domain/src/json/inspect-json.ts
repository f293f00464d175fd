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

/** Faults inside a value; the paths begin at it, and whoever called puts its own place before them. */
function keyFault(key: string): JsonFault | null {
  if (FORBIDDEN_KEYS.has(key)) return { code: 'forbidden_key', path: `.${key}` };
  if (key.length > LIMITS.keyChars) return { code: 'key_too_long', path: `.${shown(key)}` };
  const unstorable = textFault(key);
  return unstorable === null ? null : { code: unstorable, path: `.${shown(key)}` };
}

function inspectObject(value: object, depth: number): JsonFault | null {
  for (const key of Object.keys(value)) {
    const own = keyFault(key);
    if (own) return own;
    const fault = inspectAt(Reflect.get(value, key), depth + 1);
    if (fault) return { code: fault.code, path: `.${key}${fault.path}` };
  }
  return null;
}

function inspectAt(value: unknown, depth: number): JsonFault | null {
  if (typeof value === 'string') {
    const unstorable = textFault(value);
    return unstorable === null ? null : { code: unstorable, path: '' };
  }
  if (typeof value === 'number') return Number.isFinite(value) ? null : { code: 'number_not_finite', path: '' };
  // An undefined member is absent in JSON text; in-process callers may leave one.
  if (value == null || typeof value === 'boolean') return null;
  if (typeof value !== 'object') return { code: 'wrong_type', path: '' };
  if (depth > LIMITS.depth) return { code: 'too_deep', path: '' };
  if (!Array.isArray(value)) return inspectObject(value, depth);
  for (let i = 0; i < value.length; i += 1) {
    const fault = inspectAt(value[i], depth + 1);
    if (fault) return { code: fault.code, path: `[${i}]${fault.path}` };
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
  const fault = inspectAt(value, 0);
  if (!fault) return null;
  const whole = `${root}${fault.path}`;
  const path = fault.code === 'too_deep' ? `${whole.slice(0, SHOWN_KEY_CHARS)}…` : whole;
  return { code: fault.code, path: path.startsWith('.') ? path.slice(1) : path };
}

/** True for an object of JSON: no array, no null. */
export function isJsonObject(value: unknown): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

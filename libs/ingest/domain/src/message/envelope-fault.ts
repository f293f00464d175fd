import type { JsonObject } from '@kohort/kernel-contracts';
import { inspectJson } from '../json/inspect-json';
import { QUARANTINE_CODES, type QuarantineCode, type Refusal } from './verdict';

const isQuarantine = (code: string): code is QuarantineCode => (QUARANTINE_CODES as readonly string[]).includes(code);

/**
 * What is wrong with the part of a call that goes into each of its items; null: nothing. With a fault no item can be
 * stored, and each gets this verdict.
 */
export function envelopeFault(envelope: {
  readonly context: JsonObject;
  readonly integrations: JsonObject;
}): Refusal | null {
  const fault = inspectJson(envelope.context, 'context') ?? inspectJson(envelope.integrations, 'integrations');
  if (!fault) return null;
  const { code, path: field } = fault;
  return isQuarantine(code) ? { verdict: 'quarantined', code, field } : { verdict: 'rejected', code, field };
}

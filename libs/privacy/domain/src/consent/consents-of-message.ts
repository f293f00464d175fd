import {
  namesNobody,
  type ConsentStatement,
  type ConsentSubject,
  type Json,
  type JsonObject,
  type NormalisedMessage,
  type PurposeRecord,
} from '@kohort/kernel-contracts';
import { purposesOfCategory } from './purposes';

/** Where Global Privacy Control may stand in a message; the gateway writes `secGpc` for the request header `Sec-GPC`. */
const GPC_FIELDS = ['gpc', 'globalPrivacyControl', 'secGpc'] as const;

/** What consent managers send when a person changes a choice: the person's own act. */
const CHOICE_EVENTS: ReadonlySet<string> = new Set([
  'Segment Consent Preference Updated',
  'Consent Preference Updated',
]);

function objectOf(value: Json | undefined): JsonObject | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : null;
}

function hasGpc(context: JsonObject): boolean {
  return GPC_FIELDS.some((field) => context[field] === true || context[field] === 1 || context[field] === '1');
}

function preferencesOf(context: JsonObject): JsonObject | null {
  return objectOf(objectOf(context['consent'])?.['categoryPreferences']);
}

/** True when a message says anything about consent. */
export function mentionsConsent({ context }: Pick<NormalisedMessage, 'context'>): boolean {
  return context['consent'] !== undefined || GPC_FIELDS.some((field) => context[field] !== undefined);
}

/** Both ids: an id that identity passes over must not take a refusal along. */
function subjectsOf(message: NormalisedMessage): readonly ConsentSubject[] {
  const found: ConsentSubject[] = [];
  if (message.userId !== null && !namesNobody(message.userId)) found.push({ type: 'user_id', value: message.userId });
  if (message.anonymousId !== null && !namesNobody(message.anonymousId)) {
    found.push({ type: 'anonymous_id', value: message.anonymousId });
  }
  return found;
}

/**
 * What a message says about consent: `context.consent.categoryPreferences` as consent managers stamp it on messages,
 * and Global Privacy Control, which refuses every purpose of sale or sharing. Recorded of each id that the message came
 * with. A preference that is neither true nor false says nothing.
 *
 * Units   `at` is the message's time, never later than its receipt: a clock that runs ahead does not outlive a refusal
 */
export function consentsOfMessage(
  message: NormalisedMessage,
  vocabulary: readonly PurposeRecord[],
): readonly ConsentStatement[] {
  if (!mentionsConsent(message)) return [];
  const at = Math.min(message.ts, message.receivedAt);
  const said: Pick<ConsentStatement, 'purpose' | 'state' | 'kind' | 'proof'>[] = [];
  const kind = CHOICE_EVENTS.has(message.name ?? '') ? 'explicit' : 'stated';
  for (const [category, preference] of Object.entries(preferencesOf(message.context) ?? {})) {
    if (typeof preference !== 'boolean') continue;
    for (const purpose of purposesOfCategory(category, vocabulary)) {
      said.push({ purpose, state: preference ? 'granted' : 'denied', kind, proof: 'context.consent' });
    }
  }
  if (hasGpc(message.context)) {
    for (const { key } of vocabulary.filter(({ saleOrSharing }) => saleOrSharing)) {
      said.push({ purpose: key, state: 'denied', kind: 'gpc', proof: 'gpc' });
    }
  }
  return subjectsOf(message).flatMap((subject) =>
    said.map((one) => ({ subject, ...one, basis: 'consent', source: 'event', at })),
  );
}

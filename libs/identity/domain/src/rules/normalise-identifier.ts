import type { IdentifierRule } from '@kohort/kernel-contracts';

const MAX_CHARS = 500;
const MAX_EMAIL_CHARS = 320;
/** What people put between the digits of a telephone number. */
const PHONE_FILLERS = /[\s().\-/\u2010-\u2015]/g;
/** E.164: a plus, a country code that does not begin with 0, fifteen digits at most; eight at least make a number. */
const E164 = /^\+[1-9]\d{7,14}$/;

function emailOf(text: string): string | null {
  const at = text.lastIndexOf('@');
  return at > 0 && at < text.length - 1 && text.length <= MAX_EMAIL_CHARS && !/\s/.test(text) ? text : null;
}

/** International form alone: the same national digits are somebody else's in the next country. */
function phoneOf(text: string): string | null {
  const digits = text.replace(PHONE_FILLERS, '').replace(/^00/, '+');
  return E164.test(digits) ? digits : null;
}

/**
 * A value in the one form under which it is stored and compared; null when it is not of its type's form. E-mail: NFKC,
 * trimmed. Phone: E.164, from international notation. Others: as sent. Without case where the rule says so.
 */
export function normaliseIdentifier(rule: Pick<IdentifierRule, 'type' | 'caseSensitive'>, raw: string): string | null {
  if (raw.length > MAX_CHARS) return null;
  const cased = (text: string): string => (rule.caseSensitive ? text : text.toLowerCase());
  if (rule.type === 'phone') return phoneOf(raw.normalize('NFKC').trim());
  if (rule.type === 'email') return emailOf(cased(raw.normalize('NFKC').trim()));
  const value = cased(raw);
  return value.length === 0 || value.length > MAX_CHARS ? null : value;
}

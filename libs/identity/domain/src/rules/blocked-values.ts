import { namesNobody } from '@kohort/kernel-contracts';

/** One digit over and over, as typed into a form that insists: long enough that no counter means it. */
const ONE_DIGIT = /^\+?(\d)\1{5,}$/;

/** Mailboxes of a role, of a machine or of a tester: they are many people's. RFC 2142 and what forms receive. */
const SHARED_MAILBOXES = new Set([
  'abuse',
  'admin',
  'administrator',
  'billing',
  'contact',
  'do-not-reply',
  'donotreply',
  'hello',
  'help',
  'hostmaster',
  'info',
  'mailer-daemon',
  'marketing',
  'no-reply',
  'nobody',
  'none',
  'noreply',
  'office',
  'postmaster',
  'root',
  'sales',
  'security',
  'support',
  'test',
  'tests',
  'webmaster',
]);

function isSharedMailbox(email: string): boolean {
  const mailbox = email.slice(0, email.lastIndexOf('@')).split('+', 1)[0] ?? '';
  return SHARED_MAILBOXES.has(mailbox.toLowerCase()) || namesNobody(mailbox);
}

/**
 * True for a value that names nobody: it would make one person of everybody who carries it. Such an identifier is passed
 * over; the event still counts for its other identifier, and for nobody when it has none.
 */
export function isBlockedIdentifier(value: string, type = 'user_id'): boolean {
  const plain = value.trim().toLowerCase();
  if (namesNobody(plain) || ONE_DIGIT.test(plain)) return true;
  return type === 'email' && isSharedMailbox(plain);
}

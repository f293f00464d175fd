import type { PurposeRecord } from '@kohort/kernel-contracts';

/**
 * The purposes of a workspace that has defined none. The categories `c0001` … `c0005` are the groups that OneTrust makes
 * for everybody; what is strictly necessary asks for no consent and is no purpose.
 */
export const DEFAULT_PURPOSES: readonly PurposeRecord[] = [
  { key: 'analytics', name: 'Analytics', categories: ['performance', 'statistics', 'c0002'], saleOrSharing: false },
  {
    key: 'personalization',
    name: 'Personalization',
    categories: ['personalisation', 'functional', 'preferences', 'c0003'],
    saleOrSharing: false,
  },
  {
    key: 'advertising',
    name: 'Advertising',
    categories: ['ads', 'targeting', 'marketing', 'social_media', 'c0004', 'c0005'],
    saleOrSharing: true,
  },
  { key: 'email', name: 'E-mail', categories: ['e_mail', 'email_marketing', 'newsletter'], saleOrSharing: false },
  { key: 'sms', name: 'Text messages', categories: ['sms_marketing', 'text_messages'], saleOrSharing: false },
  { key: 'push', name: 'Push messages', categories: ['push_notifications'], saleOrSharing: false },
];

const KEY = /^[a-z][a-z0-9_]{0,62}$/;

/** True for what may name a purpose. */
export function isPurposeKey(key: string): boolean {
  return KEY.test(key);
}

/** A category of a consent manager as it is compared: lower case, everything else an underscore; '' when nothing is left. */
export function categorySlug(category: string): string {
  const slug = category
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '');
  return slug.slice(0, 63);
}

/**
 * The purposes that a category speaks of. One that the vocabulary does not know is kept under its own slug, so that
 * nothing that was said is lost; nothing asks for it until somebody names it.
 */
export function purposesOfCategory(category: string, vocabulary: readonly PurposeRecord[]): readonly string[] {
  const slug = categorySlug(category);
  const known = vocabulary.filter(({ key, categories }) => key === slug || categories.includes(slug));
  if (known.length > 0) return known.map(({ key }) => key);
  return isPurposeKey(slug) ? [slug] : [];
}

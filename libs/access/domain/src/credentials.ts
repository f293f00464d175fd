/**
 * The key of an `Authorization` header: `Bearer KEY`, or Basic with the key as user and an empty password. Some clients
 * leave the colon out; it is not missed.
 *
 * Shape   null when the header is absent or of another kind
 */
export function keyOfAuthorization(header: string | undefined): string | null {
  if (header === undefined) return null;
  const [scheme = '', value = ''] = header.trim().split(/\s+/, 2);
  if (value === '') return null;
  if (scheme.toLowerCase() === 'bearer') return value;
  if (scheme.toLowerCase() !== 'basic') return null;
  const [user = ''] = Buffer.from(value, 'base64').toString('utf8').split(':', 1);
  return user === '' ? null : user;
}

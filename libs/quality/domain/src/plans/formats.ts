import ipaddr from 'ipaddr.js';

/** The formats that a plan may ask for; each test is linear in the text and bounded in its length. */
export const FORMATS = ['date-time', 'date', 'email', 'uri', 'uuid', 'ipv4', 'ipv6'] as const;
export type Format = (typeof FORMATS)[number];

const DATE = /^\d{4}-\d{2}-\d{2}$/;
const DATE_TIME = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const EMAIL = /^[^\s@]{1,64}@[^\s@]{1,255}$/;
const SCHEME = /^[a-z][a-z0-9+.-]{1,30}:/i;

function isDay(text: string): boolean {
  if (!DATE.test(text)) return false;
  const [year = 0, month = 0, day = 0] = text.split('-').map(Number);
  const date = new Date(Date.UTC(2000, month - 1, day));
  date.setUTCFullYear(year, month - 1, day);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

function isDateTime(text: string): boolean {
  if (text.length > 40 || !DATE_TIME.test(text) || !isDay(text.slice(0, 10))) return false;
  const [hour = 0, minute = 0, second = 0] = text.slice(11, 19).split(':').map(Number);
  return hour < 24 && minute < 60 && second <= 60;
}

function isEmail(text: string): boolean {
  if (text.length > 320 || !EMAIL.test(text)) return false;
  const domain = text.slice(text.indexOf('@') + 1);
  return domain.includes('.') && !domain.startsWith('.') && !domain.endsWith('.') && !domain.includes('..');
}

/** Whether a text is of a format. Texts that are longer than any such value can be are not. */
export const formatTests: Readonly<Record<Format, (text: string) => boolean>> = {
  'date-time': isDateTime,
  date: (text) => text.length === 10 && isDay(text),
  email: isEmail,
  uri: (text) => text.length <= 2_048 && SCHEME.test(text) && URL.canParse(text),
  uuid: (text) => text.length === 36 && UUID.test(text),
  ipv4: (text) => text.length <= 15 && ipaddr.IPv4.isValidFourPartDecimal(text),
  ipv6: (text) => text.length <= 45 && ipaddr.IPv6.isValid(text),
};

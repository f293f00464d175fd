import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chooseMapping, namedMapping } from './choose-mapping';
import { localToInstant } from './local-time';
import { mappingFromData, parseMapping } from './parse-mapping';

const folder = join(__dirname, '../../../../../apps/kohort/mappings');
const shipped = readdirSync(folder).map((file) => parseMapping(readFileSync(join(folder, file), 'utf8')));

const table = (extra: object = {}) => ({
  name: 'visits',
  version: 1,
  format: 'table',
  match: { columns: ['who', 'at'] },
  fields: {
    who: { column: 'who', type: 'text' },
    at: { column: 'at', type: 'timestamp' },
    n: { column: 'n', type: 'integer' },
  },
  message: { type: 'track', event: 'Visited', userId: { field: 'who' }, timestamp: { field: 'at' } },
  ...extra,
});
const issues = (data: unknown): string => {
  try {
    mappingFromData(data);
    return '';
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown);
  }
};

describe('mapping files', () => {
  it('ships mappings that are valid and have names of their own', () => {
    const names = shipped.map((mapping) => mapping.name);
    expect(names).toEqual(expect.arrayContaining(['online-retail', 'orders', 'segment', 'telco-churn']));
    expect(new Set(names).size).toBe(names.length);
  });

  it.each<[string, object, string]>([
    [
      'an unknown field in a rule',
      { clean: [{ reason: 'x', when: { field: 'nope', missing: true } }] },
      'clean.0: there is no field "nope"',
    ],
    [
      'two tests in one condition',
      { clean: [{ reason: 'x', when: { field: 'n', lt: 1, gt: 2 } }] },
      'exactly one test',
    ],
    [
      'a comparison of text',
      { clean: [{ reason: 'x', when: { field: 'who', lt: 1 } }] },
      'clean.0: "who" is not a number',
    ],
    [
      'a sum of text',
      { message: { ...table().message, properties: { total: { sum: 'who' } } } },
      'message.properties.total: "who" is not a number',
    ],
    ['a time zone that is none', { timeZone: 'Europe/Atlantis' }, 'timeZone: is not a time zone'],
    ['a track without event', { message: { type: 'track', userId: { field: 'who' } } }, 'message.event'],
    ['nobody', { message: { type: 'track', event: 'x' } }, 'needs userId or anonymousId'],
    [
      'a timestamp that is text',
      { message: { ...table().message, timestamp: { field: 'who' } } },
      '"who" is not a timestamp',
    ],
    ['a value derived from itself', { derive: { a: { product: ['a', 'n'] } } }, '"a" must be derived before it'],
    ['an unknown member', { script: 'rm' }, 'script'],
  ])('refuses %s, naming the place', (_name, extra, message) => {
    expect(issues(table())).toBe('');
    expect(issues(table(extra))).toContain(message);
  });

  it('takes consent from boolean columns alone', () => {
    const message = { type: 'identify', userId: { field: 'who' }, consent: { email: { field: 'n' } } };
    expect(issues(table({ message }))).toContain('message.consent.email: "n" is not a boolean');
    expect(issues(table({ message: { ...message, consent: { email: { field: 'nope' } } } }))).toContain(
      'no field "nope"',
    );
    expect(issues(table({ message: { ...message, consent: { 'E Mail': { field: 'n' } } } }))).toContain('Invalid key');
  });

  it('refuses text that is no YAML, and YAML with aliases', () => {
    expect(() => parseMapping('a: [')).toThrow(expect.objectContaining({ code: 'INGEST_MAPPING_INVALID' }));
    expect(() => parseMapping('a: &x [1]\nb: *x')).toThrow(expect.objectContaining({ code: 'INGEST_MAPPING_INVALID' }));
  });

  it('chooses by columns, the more specific one first, whatever their order', () => {
    expect(chooseMapping(['revenue', 'ordered_at', 'customer_id', 'order_id', 'more'], shipped).name).toBe('orders');
    const narrow = mappingFromData(table());
    const wide = mappingFromData(table({ name: 'visits-wide', match: { columns: ['who', 'at', 'n'] } }));
    expect(chooseMapping(['who', 'at', 'n'], [narrow, wide]).name).toBe('visits-wide');
    expect(() => chooseMapping(['who', 'at', 'n'], [narrow, mappingFromData(table({ name: 'other' }))])).toThrow(
      expect.objectContaining({ code: 'INGEST_MAPPING_AMBIGUOUS' }),
    );
  });

  it('lists the nearest candidates and what each lacks', () => {
    expect(() => chooseMapping(['order_id', 'customer_id', 'InvoiceNo'], shipped)).toThrow(
      expect.objectContaining({
        code: 'INGEST_MAPPING_NOT_FOUND',
        message: expect.stringContaining('orders lacks ordered_at, revenue; online-retail lacks StockCode') as string,
      }),
    );
    expect(() => namedMapping('order', shipped)).toThrow(expect.objectContaining({ code: 'INGEST_MAPPING_UNKNOWN' }));
  });
});

describe('localToInstant', () => {
  const rules = { zone: 'Europe/London', ambiguous: 'earlier', nonexistent: 'forward' } as const;
  const wall = (text: string): number => Date.parse(`${text}Z`);
  const at = (text: string, extra: object = {}) => {
    const result = localToInstant(wall(text), { ...rules, ...extra });
    return result.ok ? `${new Date(result.epochMs).toISOString()} ${String(result.flag)}` : result.fault;
  };

  it('reads winter and summer', () => {
    expect(at('2011-01-10T09:00')).toBe('2011-01-10T09:00:00.000Z null');
    expect(at('2011-07-10T09:00')).toBe('2011-07-10T08:00:00.000Z null');
    expect(at('2011-03-27T00:59')).toBe('2011-03-27T00:59:00.000Z null');
    expect(at('2011-03-27T02:00')).toBe('2011-03-27T01:00:00.000Z null');
  });

  it('moves a time that was never shown forward, or rejects it', () => {
    expect(at('2011-03-27T01:30')).toBe('2011-03-27T01:30:00.000Z local_time_nonexistent');
    expect(at('2011-03-27T01:30', { nonexistent: 'reject' })).toBe('local_time_nonexistent');
  });

  it('takes the stated one of a time that was shown twice', () => {
    expect(at('2011-10-30T01:30')).toBe('2011-10-30T00:30:00.000Z local_time_ambiguous');
    expect(at('2011-10-30T01:30', { ambiguous: 'later' })).toBe('2011-10-30T01:30:00.000Z local_time_ambiguous');
    expect(at('2011-10-30T01:30', { ambiguous: 'reject' })).toBe('local_time_ambiguous');
    expect(at('2011-10-30T02:00')).toBe('2011-10-30T02:00:00.000Z null');
  });

  it('knows zones east and west, with half hours', () => {
    expect(at('2026-01-01T12:00', { zone: 'Asia/Kolkata' })).toBe('2026-01-01T06:30:00.000Z null');
    expect(at('2026-11-01T01:30', { zone: 'America/New_York' })).toBe('2026-11-01T05:30:00.000Z local_time_ambiguous');
    expect(at('2026-10-04T02:15', { zone: 'Australia/Lord_Howe' })).toBe(
      '2026-10-03T15:45:00.000Z local_time_nonexistent',
    );
  });
});

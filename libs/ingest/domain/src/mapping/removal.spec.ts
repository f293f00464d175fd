import { KNOWN_PEOPLE_ONLY } from '@kohort/kernel-contracts';
import { memoryFile } from '../../test/memory-file';
import { goneUnits } from '../importing/gone-units';
import { importRecords } from '../importing/import-records';
import { pulledUnits } from '../importing/pulled-rows';
import { mappingFromData } from './parse-mapping';
import { isMarkedGone, isRemovalId } from './removal';

const people = {
  name: 'people',
  version: 1,
  format: 'table',
  createProfiles: true,
  match: { columns: ['id', 'plan'] },
  fields: { id: { column: 'id', type: 'text' }, plan: { column: 'plan', type: 'text' } },
  removal: { deletedColumn: 'deleted_at', traits: ['plan'] },
  message: { type: 'identify', userId: { field: 'id' }, traits: { plan: { field: 'plan' } } },
};
const orders = {
  ...people,
  name: 'orders',
  removal: { deletedColumn: 'deleted_at', event: 'Order Deleted' },
  message: {
    type: 'track',
    event: 'Order Completed',
    userId: { field: 'id' },
    messageId: { field: 'plan' },
    properties: { plan: { field: 'plan' } },
  },
};
const columns = ['id', 'plan', 'deleted_at'];
const origin = { connectionId: 'c', sourceId: 's', receivedAt: 1_000, createProfiles: true, rowsBefore: 0 };
const messageOf = (mapping: unknown, cells: readonly string[], versions?: readonly number[]) =>
  pulledUnits({ columns, rows: [{ key: 'k', cells }] }, mappingFromData(mapping), { ...origin, versions })[0]?.message;

describe('records that are gone', () => {
  it.each([
    ['', false],
    [' False ', false],
    ['f', false],
    ['0', false],
    ['no', false],
    ['n', false],
    ['true', true],
    ['1', true],
    ['2026-01-02T03:04:05Z', true],
    ['deleted', true],
  ])('reads the marker %p as %p', (cell, gone) => expect(isMarkedGone(cell)).toBe(gone));

  it('take back the traits that the mapping names, and make nobody', () => {
    const live = messageOf(people, ['u1', 'pro', '']);
    const gone = messageOf(people, ['u1', 'pro', '2026-01-01']);
    expect(live).toMatchObject({ type: 'identify', userId: 'u1', traits: { plan: 'pro' }, flags: [] });
    expect(gone).toMatchObject({ type: 'identify', userId: 'u1', traits: { plan: null }, properties: {} });
    expect(gone?.flags).toEqual([KNOWN_PEOPLE_ONLY, 'record_removed']);
    expect(isRemovalId(gone?.messageId ?? '')).toBe(true);
    expect(isRemovalId(live?.messageId ?? '')).toBe(false);
  });

  it('say so by an event with the properties of the record, under another id than the record itself', () => {
    const live = messageOf(orders, ['u1', 'o7', 'no']);
    const gone = messageOf(orders, ['u1', 'o7', 'yes']);
    expect(live).toMatchObject({ name: 'Order Completed', messageId: 'o7' });
    expect(gone).toMatchObject({ type: 'track', name: 'Order Deleted', properties: { plan: 'o7' }, traits: {} });
    expect(gone?.messageId).not.toBe('o7');
    expect(messageOf(orders, ['u1', 'o7', 'true'])?.messageId).toBe(gone?.messageId);
  });

  it('are seen in files as well, and a file without the column is not taken', async () => {
    const mapping = mappingFromData(people);
    const plan = { sourceId: 's', receivedAt: 1_000, mapping, mappings: [] };
    const read = await importRecords(memoryFile('id,plan,deleted_at\nu1,pro,\nu2,pro,2026-01-01\n'), plan);
    const traits: unknown[] = [];
    for await (const { units } of read.batches()) traits.push(...units.map(({ message }) => message?.traits));
    expect(traits).toEqual([{ plan: 'pro' }, { plan: null }]);
    await expect(importRecords(memoryFile('id,plan\nu1,pro\n'), plan)).rejects.toMatchObject({
      code: 'INGEST_COLUMNS_MISSING',
    });
  });

  it('are other messages in every version of a record', () => {
    const ids = [undefined, [0], [1], [2]].map((versions) => messageOf(people, ['u1', 'pro', ''], versions)?.messageId);
    expect(ids[0]).toBe(ids[1]);
    expect(new Set(ids).size).toBe(3);
  });

  it('come from the last message of a record that no longer comes; without one there is nothing to take back', () => {
    const record = { key: 'd', messageId: 'm1', userId: 'u1', anonymousId: null, properties: { plan: 'o7' } };
    const units = goneUnits(
      [
        record,
        { ...record, messageId: null },
        { ...record, userId: null },
        { ...record, messageId: messageOf(people, ['u1', 'pro', 'gone'])?.messageId ?? '' },
      ],
      { event: 'Order Deleted', traits: ['plan'] },
      { receivedAt: 5_000, rowsBefore: 9 },
    );
    expect(units).toHaveLength(1);
    expect(units[0]).toMatchObject({ firstRow: 9, refused: [] });
    expect(units[0]?.message).toMatchObject({
      type: 'track',
      name: 'Order Deleted',
      userId: 'u1',
      ts: 5_000,
      traits: { plan: null },
      properties: { plan: 'o7' },
    });
  });

  it.each([
    ['neither event nor traits', { ...people, removal: {} }, 'needs an event, or traits'],
    ['a trait that nothing sets', { ...people, removal: { traits: ['plam'] } }, 'sets no trait "plam"'],
    ['groups', { ...people, group: { by: ['id'] } }, 'rows that are grouped'],
  ])('cannot be mapped with %s', (_what, mapping, said) => {
    expect(() => mappingFromData(mapping)).toThrow(said);
  });
});

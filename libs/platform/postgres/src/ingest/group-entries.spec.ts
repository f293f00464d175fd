import { createHash } from 'node:crypto';
import {
  sourceIdSchema,
  workspaceIdSchema,
  type GroupedRequest,
  type NormalisedMessage,
} from '@kohort/kernel-contracts';
import { entriesOf, eventIdOf, firstOfEach, judgeEntries } from './group-entries';

const workspaceId = workspaceIdSchema.parse('00000000-0000-4000-8000-000000000001');
const [left, right] = ['0000000000aa', '0000000000bb'].map((end) =>
  sourceIdSchema.parse(`00000000-0000-4000-8000-${end}`),
);
if (!left || !right) throw new TypeError('two sources');
const receivedAt = Date.UTC(2026, 10, 21, 12);
const base: NormalisedMessage = {
  ...{ type: 'track', name: 'x', messageId: '', userId: 'u', anonymousId: null, previousId: null, groupId: null },
  ...{ ts: receivedAt, originalTs: null, sentAt: null, receivedAt, properties: {}, traits: {}, context: {}, flags: [] },
  rowWeight: 1,
};
const request = (sourceId: GroupedRequest['sourceId'], ids: readonly string[], dedupeDays = 7): GroupedRequest => ({
  ...{ workspaceId, sourceId, receivedAt, dedupeDays, refused: { rejected: 0, suppressed: 0, quarantined: 0 } },
  messages: ids.map((id) => ({ message: { ...base, messageId: id.slice(0, 2) }, bodyHash: id })),
});

describe('entries of a group', () => {
  it('are unique by source and message id, in the order of their keys', () => {
    const entries = entriesOf([
      request(right, ['m2', 'm1']),
      request(left, ['m2', 'm3', 'm2!']),
      request(right, ['m1']),
    ]);
    const { unique, earlier } = firstOfEach(entries);
    expect(unique.map(({ request: { sourceId }, keyed }) => [sourceId, keyed.bodyHash])).toEqual([
      [left, 'm2'],
      [left, 'm3'],
      [right, 'm1'],
      [right, 'm2'],
    ]);
    expect([...earlier].map(([again, first]) => [entries.indexOf(again), entries.indexOf(first)])).toEqual([
      [4, 2],
      [5, 1],
    ]);
  });

  it('are judged by what stands under their keys', () => {
    const requests = [request(left, ['m1', 'm2', 'm3', 'm4']), request(left, ['m1', 'm1!', 'm2', 'm2!', 'm4'])];
    const entries = entriesOf(requests);
    const { unique, earlier } = firstOfEach(entries.filter(({ keyed }) => keyed.message.messageId !== 'm4'));
    const [one, two, three] = unique;
    if (!one || !two || !three) throw new TypeError('three');
    const found = {
      ...{
        stored: new Set([one]),
        earlier,
        suppressed: new Set(entries.filter(({ keyed }) => keyed.bodyHash === 'm4')),
      },
      bodies: new Map([
        [two, 'm2!'],
        [three, 'm3'],
      ]),
    };
    expect(judgeEntries(requests, entries, found)).toEqual([
      ['stored', 'duplicate_conflict', 'duplicate', 'suppressed'],
      ['duplicate', 'duplicate_conflict', 'duplicate_conflict', 'duplicate', 'suppressed'],
    ]);
  });

  it('have ids that are the digest of what they are known by, as a UUID of version 8', () => {
    const idOf = (dedupeDays: number, n: number): string | undefined =>
      entriesOf([request(left, [`m${n}`], dedupeDays)]).map(eventIdOf)[0];
    for (let n = 0; n < 10; n += 1) {
      const day = Math.floor(receivedAt / 86_400_000);
      const digest = createHash('sha256').update(`${workspaceId}\n${left}\nm${n}\n${day}`).digest();
      digest[6] = ((digest[6] ?? 0) & 0x0f) | 0x80;
      digest[8] = ((digest[8] ?? 0) & 0x3f) | 0x80;
      expect(idOf(7, n)?.replaceAll('-', '')).toBe(digest.subarray(0, 16).toString('hex'));
      expect(idOf(7, n)).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
      expect(idOf(36_500, n)).not.toBe(idOf(7, n));
    }
  });
});

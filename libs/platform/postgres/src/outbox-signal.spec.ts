import { workspaceIdSchema } from '@kohort/kernel-contracts';
import { readNews } from './outbox-signal';

const id = workspaceIdSchema.parse('00000000-0000-4000-8000-000000000001');

describe('readNews', () => {
  it.each([
    ['', [], 0],
    ['!0', [], 0],
    ['!200', [], 200],
    [`${id} a.b`, [{ workspaceId: id, job: 'a.b' }], null],
    [`!30,${id} a.b`, [{ workspaceId: id, job: 'a.b' }], 30],
    [`${id} a.b,${id} c.d`, ['a.b', 'c.d'].map((job) => ({ workspaceId: id, job })), null],
    // Of another release, or cut: the relay finds out.
    ['!', [], 0],
    ['!200,something else', [], 0],
  ])('reads %j', (payload, work, relayInMs) => {
    expect(readNews(payload)).toEqual({ work, relayInMs });
  });
});

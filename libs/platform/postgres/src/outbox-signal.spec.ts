import { workspaceIdSchema } from '@kohort/kernel-contracts';
import { readNews } from './outbox-signal';

const id = workspaceIdSchema.parse('00000000-0000-4000-8000-000000000001');

describe('readNews', () => {
  it.each([
    ['', [], true],
    ['!', [], true],
    [`${id} a.b`, [{ workspaceId: id, job: 'a.b' }], false],
    [`!,${id} a.b`, [{ workspaceId: id, job: 'a.b' }], true],
    [`${id} a.b,${id} c.d`, ['a.b', 'c.d'].map((job) => ({ workspaceId: id, job })), false],
    // Of another release, or cut: the relay finds out.
    ['something else', [], true],
  ])('reads %j', (payload, work, forRelay) => {
    expect(readNews(payload)).toEqual({ work, forRelay });
  });
});

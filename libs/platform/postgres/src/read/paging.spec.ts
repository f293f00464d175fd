import { workspaceIdSchema } from '@kohort/kernel-contracts';
import { cursorUuid, encodeCursor, listOf, parseCursor, toPage } from './paging';

const workspaceId = workspaceIdSchema.parse('6f1e8b0e-0a3d-4a4e-9d57-8c0a2f1d3b11');
const elsewhere = workspaceIdSchema.parse('11111111-0a3d-4a4e-9d57-8c0a2f1d3b11');
const first = '22222222-0a3d-4a4e-9d57-8c0a2f1d3b11';
const second = '33333333-0a3d-4a4e-9d57-8c0a2f1d3b11';

describe('a cursor of a list', () => {
  const list = listOf({ workspaceId }, 'members', first);
  const { items } = toPage([{ id: second }], {
    request: { first: 1, after: null },
    list,
    node: (row) => row,
    cursor: (row) => [row.id],
  });
  const cursor = items[0]?.cursor ?? '';

  it('goes on in the list that made it', () => {
    expect(parseCursor(cursor, cursorUuid, list)).toEqual([second]);
    expect(parseCursor(null, cursorUuid, list)).toBeNull();
  });

  it.each([
    ['of another parent', listOf({ workspaceId }, 'members', second)],
    ['of another name', listOf({ workspaceId }, 'memberships', first)],
    ['of another workspace', listOf({ workspaceId: elsewhere }, 'members', first)],
    ['in another order', listOf({ workspaceId }, 'members', first, 'HOUR')],
    ['that marks nothing', null],
  ])('is refused by a list %s', (_, other) => {
    expect(() => parseCursor(cursor, cursorUuid, other)).toThrow(
      expect.objectContaining({ code: 'READ_CURSOR_INVALID' }),
    );
  });

  it('without a mark is a place that is kept inside, and no cursor of a list', () => {
    const place = encodeCursor([second], null);
    expect(parseCursor(place, cursorUuid, null)).toEqual([second]);
    expect(() => parseCursor(place, cursorUuid, list)).toThrow(
      expect.objectContaining({ code: 'READ_CURSOR_INVALID' }),
    );
  });
});

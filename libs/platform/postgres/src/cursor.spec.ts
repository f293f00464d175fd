import fc from 'fast-check';
import { workspaceIdSchema } from '@kohort/kernel-contracts';
import { decodeCursor, encodeCursor, type CursorScope } from './cursor';

const workspaceId = workspaceIdSchema.parse('6f1e8b0e-0a3d-4a4e-9d57-8c0a2f1d3b11');
const otherWorkspace = workspaceIdSchema.parse('6f1e8b0e-0a3d-4a4e-9d57-8c0a2f1d3b12');
const scope: CursorScope = { table: 'membership_change', workspaceId, epoch: 3, key: Buffer.alloc(32, 7) };
const position = { xid: '18446744073709551615', seq: '9223372036854775807' };

describe('cursors', () => {
  it('come back as they were given out', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
        fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }),
        (xid, seq) => {
          const place = { xid: String(xid), seq: String(seq) };
          expect(decodeCursor(encodeCursor(place, scope), scope)).toEqual(place);
        },
      ),
      { seed: 11 },
    );
  });

  it.each([
    ['another log', { ...scope, table: 'outbox' as const }],
    ['another workspace', { ...scope, workspaceId: otherWorkspace }],
    ['another key', { ...scope, key: Buffer.alloc(32, 8) }],
  ])('are invalid for %s', (_, elsewhere) => {
    expect(() => decodeCursor(encodeCursor(position, scope), elsewhere)).toThrow(
      expect.objectContaining({ code: 'POSTGRES_CURSOR_INVALID' }),
    );
  });

  it('are expired, not invalid, after the epoch was raised', () => {
    const old = encodeCursor(position, scope);
    expect(() => decodeCursor(old, { ...scope, epoch: 4 })).toThrow(
      expect.objectContaining({ code: 'POSTGRES_CURSOR_EXPIRED' }),
    );
  });

  it('refuse every change of one character, and any other text', () => {
    const good = encodeCursor(position, scope);
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.constantFrom(...'AZaz09-_=.'), (at, letter) => {
        const changed = good.slice(0, at) + letter + good.slice(at + 1);
        fc.pre(changed !== good);
        expect(() => decodeCursor(changed, scope)).toThrow(
          expect.objectContaining({ code: 'POSTGRES_CURSOR_INVALID' }),
        );
      }),
      { seed: 12, numRuns: 500 },
    );
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (text) => {
        expect(() => decodeCursor(text, scope)).toThrow(expect.objectContaining({ code: 'POSTGRES_CURSOR_INVALID' }));
      }),
      { seed: 13, numRuns: 500 },
    );
  });
});

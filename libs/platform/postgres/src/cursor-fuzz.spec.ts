import type { z } from 'zod';
import { workspaceIdSchema } from '@kohort/kernel-contracts';
import { fuzzedText, fuzzParser } from '@kohort/testing-hostile';
import { decodeCursor, encodeCursor, type CursorScope } from './cursor';
import {
  cursorInstantUuid,
  cursorNumber,
  cursorText,
  cursorTwoUuids,
  cursorUuid,
  encodeCursor as encodePage,
  listOf,
  parseCursor,
} from './read/paging';

jest.setTimeout(120_000);
const RUNS = 50_000;
const workspaceId = workspaceIdSchema.parse('6f1e8b0e-0a3d-4a4e-9d57-8c0a2f1d3b11');
const scope: CursorScope = { table: 'membership_change', workspaceId, epoch: 3, key: Buffer.alloc(32, 7) };

describe('hostile cursors', () => {
  it('of a log: 50,000 are the place that was given out, or refused', async () => {
    const good = encodeCursor({ xid: '18446744073709551615', seq: '9223372036854775807' }, scope);
    const { accepted, codes } = await fuzzParser({
      seed: 1,
      runs: RUNS,
      make: (random) => fuzzedText(random, [good]),
      parse: (text) => {
        decodeCursor(text, scope);
        // What is accepted is ours to the letter.
        expect(text).toBe(good);
      },
    });
    expect(accepted).toBeGreaterThan(1_000);
    expect([...codes.keys()]).toEqual(['POSTGRES_CURSOR_INVALID']);
  });

  it('of a list: 50,000 are values of its columns, or refused', async () => {
    const id = workspaceId;
    const list = listOf({ workspaceId }, 'members', id);
    const shapes: [z.ZodType, string][] = [
      [cursorText, encodePage(['a key'], list)],
      [cursorUuid, encodePage([id], list)],
      [cursorTwoUuids, encodePage([id, id], list)],
      [cursorNumber, encodePage(['12'], list)],
      [cursorInstantUuid, encodePage(['2026-05-14T10:00:00.123456+00:00', id], list)],
    ];
    const plain = shapes.map(([, text]) => Buffer.from(text, 'base64url').toString());
    const { accepted, codes } = await fuzzParser({
      seed: 2,
      runs: RUNS,
      // Half are damaged below their encoding, so that they reach what is behind it.
      make: (random, run) => {
        const text = fuzzedText(random, [shapes[run % shapes.length]?.[1] ?? '', plain[run % plain.length] ?? '']);
        return run % 2 === 0 ? text : Buffer.from(text).toString('base64url');
      },
      parse: (text, run) => parseCursor(text, shapes[run % shapes.length]?.[0] ?? cursorText, list),
    });
    expect(accepted).toBeGreaterThan(1_000);
    expect([...codes.keys()]).toEqual(['READ_CURSOR_INVALID']);
  });
});

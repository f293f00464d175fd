import { TableEncoder, inlineRunner, linkTable, type EncodedTable, type PairRunner } from '@kohort/identity-linkage';
import type { Clock } from '@kohort/kernel-clock-random';
import type { Progress } from '@kohort/kernel-contracts';
import { PEOPLE_COLUMNS, peopleWorld } from '@kohort/testing-worlds';
import { slicedRunner } from './sliced-runner';

function table(): EncodedTable {
  const fields = PEOPLE_COLUMNS.slice(1).map((column) => ({
    column,
    type: column.endsWith('name') ? ('name' as const) : ('code' as const),
  }));
  const encoder = new TableEncoder(fields);
  for (const row of peopleWorld({ records: 400, seed: 5 }).rows()) encoder.add(row.slice(1));
  return encoder.finish();
}

/** Every look at it is a second later: each slice holds one unit. */
function hurried(): Clock {
  let at = 0;
  return { now: () => (at += 1_000) };
}

describe('slicedRunner', () => {
  const pairsOf = async (runner: PairRunner) => (await linkTable(table(), { seed: 1 }, { runner })).decided;

  it('finds what one go finds, and lets others have their turn in between', async () => {
    const told: Progress[] = [];
    let turns = 0;
    let isDone = false;
    const other = (): void => {
      turns += 1;
      if (!isDone) setImmediate(other);
    };
    setImmediate(other);
    const found = await pairsOf(slicedRunner(hurried(), { onProgress: (progress) => told.push(progress) }));
    isDone = true;
    expect(found.matches).toBeGreaterThan(50);
    expect(found).toEqual(await pairsOf(inlineRunner()));
    expect(new Set(told.map(({ phase }) => phase))).toEqual(new Set(['learning weights', 'weighing pairs']));
    expect(turns).toBeGreaterThanOrEqual(told.length - 1);
    const last = told.at(-1);
    expect(last?.done).toBe(last?.total);
  });

  it('stops when it is told to', async () => {
    await expect(pairsOf(slicedRunner(hurried(), { signal: AbortSignal.abort() }))).rejects.toMatchObject({
      code: 'LINKAGE_CANCELLED',
    });
  });
});

import { featureSet } from '@kohort/features-domain';
import { codedColumns } from './text-columns';

describe('numbers and texts as one table', () => {
  it('puts places of words between the numbers; who has no text has the empty word', () => {
    const [number, other] = featureSet(1);
    if (!number || !other) throw new Error('no definitions');
    const text = { ...number, key: 'plan' };
    const table = {
      profileIds: ['a', 'b', 'c', 'd'],
      numbers: Float64Array.of(1, 10, 2, NaN, 3, 30, 4, 40),
      textOf: new Map([
        ['a', ['pro']],
        ['b', ['free']],
        ['d', [null]],
      ]),
    };
    const { data, categories } = codedColumns(table, [number, text, other], (one) => one === text);
    expect(categories).toEqual([{ feature: 'plan', words: ['', 'free', 'pro'] }]);
    expect([...data]).toEqual([1, 2, 10, 2, 1, NaN, 3, 0, 30, 4, 0, 40]);
    expect(data.buffer).toBeInstanceOf(SharedArrayBuffer);
    const words = codedColumns({ ...table, numbers: new Float64Array(0) }, [text], () => true);
    expect([...words.data]).toEqual([2, 1, 0, 0]);
  });
});

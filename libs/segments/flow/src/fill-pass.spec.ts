import { someAtOnce } from './fill-pass';

describe('steps under way at once', () => {
  it('begins them in their order, never three together', async () => {
    const [begun, ended]: [number[], number[]] = [[], []];
    const most: number[] = [];
    await someAtOnce([0, 1, 2, 3, 4], async (one) => {
      begun.push(one);
      most.push(begun.length - ended.length);
      await Promise.resolve();
      ended.push(one);
    });
    expect(begun).toEqual([0, 1, 2, 3, 4]);
    expect(Math.max(...most)).toBe(2);
    expect(ended).toHaveLength(5);
  });

  it('begins none behind one that fails, and leaves none under way', async () => {
    const ended: string[] = [];
    let release = (): void => undefined;
    const held = new Promise<void>((done) => (release = done));
    const all = someAtOnce(['slow', 'broken', 'never'], async (one) => {
      if (one === 'broken') throw new Error(one);
      await held;
      ended.push(one);
    });
    release();
    await expect(all).rejects.toThrow('broken');
    expect(ended).toEqual(['slow']);
  });
});

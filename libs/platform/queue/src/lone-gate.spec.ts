import { loneGate } from './lone-gate';

/** Work that ends when it is told to. */
function work(name: string, log: string[]) {
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));
  return {
    end,
    run: async (): Promise<string> => {
      log.push(`${name} begins`);
      await ended;
      log.push(`${name} ends`);
      return name;
    },
  };
}
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const never = new AbortController().signal;

describe('loneGate', () => {
  it('lets work run side by side, and what must be alone alone, in order of arrival', async () => {
    const gate = loneGate();
    const log: string[] = [];
    const [a, b, alone, c] = ['a', 'b', 'alone', 'c'].map((name) => work(name, log));
    if (!a || !b || !alone || !c) throw new Error('no work');
    const passes = [
      gate.pass(false, never, a.run),
      gate.pass(false, never, b.run),
      gate.pass(true, never, alone.run),
      gate.pass(false, never, c.run),
    ];
    await settled();
    expect(log).toEqual(['a begins', 'b begins']);
    a.end();
    await settled();
    expect(log).toEqual(['a begins', 'b begins', 'a ends']);
    b.end();
    await settled();
    expect(log.slice(3)).toEqual(['b ends', 'alone begins']);
    c.end();
    alone.end();
    expect(await Promise.all(passes)).toEqual(['a', 'b', 'alone', 'c']);
    expect(log.slice(5)).toEqual(['alone ends', 'c begins', 'c ends']);
  });

  it('goes on after work that fails, and lets those leave the line who are told to stop', async () => {
    const gate = loneGate();
    const log: string[] = [];
    const stop = new AbortController();
    const first = work('first', log);
    const last = work('last', log);
    const one = gate.pass(false, never, async () => {
      await first.run();
      throw new Error('broken');
    });
    const two = gate.pass(true, stop.signal, work('never', log).run);
    const three = gate.pass(false, never, last.run);
    stop.abort(new Error('shutdown'));
    await expect(two).rejects.toThrow('shutdown');
    await settled();
    expect(log).toEqual(['first begins', 'last begins']);
    first.end();
    await expect(one).rejects.toThrow('broken');
    last.end();
    expect(await three).toBe('last');
    await expect(gate.pass(true, stop.signal, first.run)).rejects.toThrow('shutdown');
    expect(await gate.pass(true, never, first.run)).toBe('first');
  });
});

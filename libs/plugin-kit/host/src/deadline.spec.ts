import { withDeadline } from './deadline';

const never = (): Promise<never> => new Promise(() => undefined);

describe('withDeadline', () => {
  it('gives the result', async () => {
    await expect(withDeadline(() => Promise.resolve(4), 1_000, undefined)).resolves.toBe(4);
  });

  it('ends a connector that heeds no signal, with an unknown outcome', async () => {
    await expect(withDeadline(never, 20, undefined)).rejects.toMatchObject({
      code: 'PLUGIN_HOST_TOO_SLOW',
      details: { delivered: 'unknown' },
    });
  });

  it('stops at once when told to', async () => {
    const controller = new AbortController();
    const waiting = withDeadline(never, 60_000, controller.signal);
    controller.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'PLUGIN_HOST_STOPPED', kind: 'cancelled' });
  });

  it('hands the signal on', async () => {
    const seen = await withDeadline((signal) => Promise.resolve(signal.aborted), 1_000, undefined);
    expect(seen).toBe(false);
  });
});

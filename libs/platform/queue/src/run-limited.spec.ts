import { queueErrors } from './queue-errors';
import { runLimited } from './run-limited';

const heeding = (signal: AbortSignal): Promise<void> =>
  new Promise((_done, fail) => signal.addEventListener('abort', () => fail(signal.reason)));
const deaf = (): Promise<void> => new Promise(() => undefined);

describe('runLimited', () => {
  it('lets work that ends in time end, and leaves its signal alone', async () => {
    const abort = new AbortController();
    await runLimited(() => Promise.resolve(), abort, { limitMs: 60_000, graceMs: 60_000 });
    expect(abort.signal.aborted).toBe(false);
  });

  it('passes on what the work throws', async () => {
    const failing = runLimited(() => Promise.reject(new TypeError('broken')), new AbortController(), {
      limitMs: 60_000,
      graceMs: 60_000,
    });
    await expect(failing).rejects.toThrow('broken');
  });

  it('asks work to stop at its time limit', async () => {
    const abort = new AbortController();
    const late = runLimited(() => heeding(abort.signal), abort, { limitMs: 5, graceMs: 60_000 });
    await expect(late).rejects.toMatchObject({ code: 'QUEUE_TIME_LIMIT', details: { limitMs: 5 } });
  });

  it('leaves work alone that heeds neither the limit nor a shutdown', async () => {
    const late = runLimited(deaf, new AbortController(), { limitMs: 5, graceMs: 5 });
    await expect(late).rejects.toMatchObject({ code: 'QUEUE_TIME_LIMIT' });
    const abort = new AbortController();
    abort.abort(queueErrors.QUEUE_SHUTDOWN());
    const stopped = runLimited(deaf, abort, { limitMs: 60_000, graceMs: 5 });
    await expect(stopped).rejects.toMatchObject({ code: 'QUEUE_SHUTDOWN' });
  });
});

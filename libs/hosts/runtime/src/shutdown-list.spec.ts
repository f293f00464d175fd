import { silentLogger } from '@kohort/kernel-telemetry';
import { shutdownList } from './shutdown-list';

describe('the shutdown list', () => {
  it('stops the newest first, once, and goes on behind a failure', async () => {
    const stopped: string[] = [];
    const list = shutdownList(silentLogger);
    list.add('database', async () => void stopped.push('database'));
    list.add('broken', async () => {
      throw new TypeError('broken');
    });
    list.add('gateway', async () => void stopped.push('gateway'));
    expect(list.closing).toBe(false);
    await Promise.all([list.closeAll(), list.closeAll()]);
    expect(stopped).toEqual(['gateway', 'database']);
    expect(list.closing).toBe(true);
  });
});

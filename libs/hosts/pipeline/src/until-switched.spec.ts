import { AppError } from '@kohort/kernel-errors';
import { untilSwitched } from './until-switched';

const switching = () => new AppError({ code: 'IDENTITY_SWITCHING', kind: 'rate-limited', message: 'wait' });

describe('untilSwitched', () => {
  it('tries again until it has switched', async () => {
    let tries = 0;
    const work = async (): Promise<string> => {
      tries += 1;
      if (tries < 4) throw switching();
      return 'done';
    };
    expect(await untilSwitched(work, undefined, 1)).toBe('done');
    expect(tries).toBe(4);
  });

  it('gives the task back after many tries, and at once what else goes wrong', async () => {
    let tries = 0;
    const never = async (): Promise<never> => {
      tries += 1;
      throw switching();
    };
    await expect(untilSwitched(never, undefined, 0)).rejects.toMatchObject({ code: 'IDENTITY_SWITCHING' });
    expect(tries).toBe(150);
    const wrong = async (): Promise<never> => Promise.reject(new TypeError('other'));
    await expect(untilSwitched(wrong)).rejects.toThrow('other');
  });

  it('stops when it is told to', async () => {
    const stopped = untilSwitched(async () => Promise.reject(switching()), AbortSignal.abort(), 60_000);
    await expect(stopped).rejects.toThrow(/abort/i);
  });
});

import type { Diagnosis, SourceTable } from '@kohort/kernel-contracts';
import { isAppError } from '@kohort/kernel-errors';
import type { SourceHost } from '@kohort/plugin-kit-sdk';
import { bucketClient } from './client';
import { listObjects } from './list-objects';
import { keyTest } from './pattern';
import type { Settings } from './settings';

/** Objects that a look goes through at most. */
const LOOKED_AT = 1_000;

async function look(settings: Settings, host: SourceHost): Promise<{ keys: string[]; all: boolean }> {
  const matches = keyTest(settings.pattern);
  const keys: string[] = [];
  let seen = 0;
  for await (const { key } of listObjects(bucketClient(settings, host), settings.prefix)) {
    seen += 1;
    if (matches(key)) keys.push(key);
    if (seen >= LOOKED_AT) return { keys, all: false };
  }
  return { keys, all: true };
}

/** Lists the bucket once with the credentials. */
export async function check(settings: Settings, host: SourceHost): Promise<readonly Diagnosis[]> {
  try {
    const { keys, all } = await look(settings, host);
    const message = `${keys.length}${all ? '' : ' or more'} objects match`;
    return [{ name: 'bucket', ok: true, code: 'OK', message }];
  } catch (thrown) {
    if (!isAppError(thrown)) throw thrown;
    return [{ name: 'bucket', ok: false, code: thrown.code, message: thrown.message }];
  }
}

/** The kinds of file that match, by their endings; a bucket does not know columns. */
export async function discover(settings: Settings, host: SourceHost): Promise<readonly SourceTable[]> {
  const { keys } = await look(settings, host);
  const endings = keys.map((key) => /(?:\.[A-Za-z0-9]{1,12}){1,2}$/.exec(key)?.[0] ?? 'without ending');
  return [...new Set(endings)].sort().map((name) => ({ name, key: [], columns: [] }));
}

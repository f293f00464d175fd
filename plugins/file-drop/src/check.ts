import type { Diagnosis } from '@kohort/kernel-contracts';
import type { PluginHost } from '@kohort/plugin-kit-sdk';
import { toFileError } from './errors';
import type { Settings } from './settings';

/** Writes a small file and reads it back. */
export async function check(settings: Settings, host: PluginHost): Promise<readonly Diagnosis[]> {
  const path = `${settings.prefix}/_check.json`;
  const content = JSON.stringify({ checked_at: new Date(host.clock.now()).toISOString() });
  try {
    await host.files.write(path, Buffer.from(content));
    const back = await host.files.read(path);
    const same = back !== null && Buffer.from(back).toString('utf8') === content;
    return [
      same
        ? { name: 'folder', ok: true, code: 'WRITTEN', message: 'the folder can be written to and read from' }
        : { name: 'folder', ok: false, code: 'NOT_READ_BACK', message: 'what was written could not be read back' },
    ];
  } catch (thrown) {
    const error = toFileError(thrown);
    if (error === thrown) throw thrown;
    return [{ name: 'folder', ok: false, code: 'NOT_WRITABLE', message: 'the folder cannot be written to' }];
  }
}

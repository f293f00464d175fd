import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createPluginList } from '@kohort/plugin-kit-host';
import { firstPartyPlugins } from './plugins';

it('lists every destination of the folder plugins, once', () => {
  const root = join(__dirname, '../../../../plugins');
  const folders = readdirSync(root).filter((folder) => {
    const manifest = JSON.parse(readFileSync(join(root, folder, 'plugin.json'), 'utf8')) as { kind: string };
    return manifest.kind !== 'source';
  });
  expect(
    createPluginList(firstPartyPlugins)
      .all.map((plugin) => plugin.manifest.id)
      .sort(),
  ).toEqual(folders.sort());
});

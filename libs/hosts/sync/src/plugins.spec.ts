import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createPluginList } from '@kohort/plugin-kit-host';
import { firstPartyPlugins } from './plugins';

it('lists every connector of the folder plugins, once', () => {
  const folders = readdirSync(join(__dirname, '../../../../plugins'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);
  expect(
    createPluginList(firstPartyPlugins)
      .all.map((plugin) => plugin.manifest.id)
      .sort(),
  ).toEqual(folders.sort());
});

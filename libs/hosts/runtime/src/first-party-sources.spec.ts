import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createSourceList } from '@kohort/plugin-kit-host';
import { firstPartySources } from './first-party-sources';

it('lists every source of the folder plugins, once', () => {
  const root = join(__dirname, '../../../../plugins');
  const sources = readdirSync(root).filter((folder) => {
    const manifest = JSON.parse(readFileSync(join(root, folder, 'plugin.json'), 'utf8')) as { kind: string };
    return manifest.kind === 'source';
  });
  const listed = createSourceList(firstPartySources).all.map((source) => source.manifest.id);
  expect(listed.sort()).toEqual(sources.sort());
});

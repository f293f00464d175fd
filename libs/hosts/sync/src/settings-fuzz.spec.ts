import { connectorCatalogue } from '@kohort/plugin-kit-host';
import { fuzzSettings } from '@kohort/testing-hostile';
import { firstPartyPlugins } from './plugins';

jest.setTimeout(120_000);
const catalogue = connectorCatalogue({ all: firstPartyPlugins });

const GOOD: readonly (readonly [connector: string, settings: object])[] = [
  ['file-drop', { prefix: 'a/b', format: 'csv', delimiter: ';', gzip: true }],
  ['segment', { writeKey: 'k', host: 'https://api.segment.io', events: 'both', onlyThisSource: true }],
  ['webhook', { url: 'https://a.example/x', secret: `whsec_${'A'.repeat(43)}=`, maxMembers: 10 }],
];

it.each(GOOD)('settings of %s are taken or refused with a path: 50,000 inputs', (connector, good) =>
  fuzzSettings(good, (settings) => catalogue.check(connector, settings)),
);

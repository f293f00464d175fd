import { connectorCatalogue } from '@kohort/plugin-kit-host';
import { fuzzSettings } from '@kohort/testing-hostile';
import { firstPartySources } from './first-party-sources';

jest.setTimeout(120_000);
const catalogue = connectorCatalogue({ all: firstPartySources });

const GOOD: readonly (readonly [connector: string, settings: object])[] = [
  [
    'postgres-source',
    { host: 'h', port: 5432, database: 'd', user: 'u', tls: 'off', table: 's.t', keyColumns: ['id'], lagSeconds: 5 },
  ],
  [
    's3-source',
    { bucket: 'a-bucket', endpoint: 'https://s3.example', accessKeyId: 'a', secretAccessKey: 's', pathStyle: true },
  ],
];

it.each(GOOD)('settings of %s are taken or refused with a path: 50,000 inputs', (connector, good) =>
  fuzzSettings(good, (settings) => catalogue.check(connector, settings)),
);

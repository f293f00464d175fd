import type { Json } from '@kohort/kernel-contracts';
import { connectorCatalogue } from '@kohort/plugin-kit-host';
import { fuzzedData, fuzzParser } from '@kohort/testing-hostile';
import { firstPartySources } from './first-party-sources';

jest.setTimeout(120_000);
const RUNS = 50_000;
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

it.each(GOOD)('settings of %s are taken or refused with a path: 50,000 inputs', async (connector, good) => {
  let [taken, left] = [0, 0];
  await fuzzParser({
    seed: 1,
    runs: RUNS,
    // What comes in has been JSON.
    make: (random) => fuzzedData(random, [good]) as Json,
    parse: (settings) => {
      const verdict = catalogue.check(connector, settings);
      if (verdict?.valid === true) taken += 1;
      else if (verdict !== null && verdict.issues.length > 0) left += 1;
    },
  });
  expect(taken + left).toBe(RUNS);
  expect(Math.min(taken, left)).toBeGreaterThan(RUNS / 25);
});

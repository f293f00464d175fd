import type { Json } from '@kohort/kernel-contracts';
import { connectorCatalogue } from '@kohort/plugin-kit-host';
import { fuzzedData, fuzzParser } from '@kohort/testing-hostile';
import { firstPartyPlugins } from './plugins';

jest.setTimeout(120_000);
const RUNS = 50_000;
const catalogue = connectorCatalogue({ all: firstPartyPlugins });

const GOOD: readonly (readonly [connector: string, settings: object])[] = [
  ['file-drop', { prefix: 'a/b', format: 'csv', delimiter: ';', gzip: true }],
  ['segment', { writeKey: 'k', host: 'https://api.segment.io', events: 'both', onlyThisSource: true }],
  ['webhook', { url: 'https://a.example/x', secret: `whsec_${'A'.repeat(43)}=`, maxMembers: 10 }],
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

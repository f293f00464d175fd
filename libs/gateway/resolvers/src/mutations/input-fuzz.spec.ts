import { parseShape, runParams } from '@kohort/kernel-contracts';
import { fuzzedData, fuzzParser } from '@kohort/testing-hostile';
import { answer } from '../errors/results';
import { parseConsent, parsePurpose, parseSuppression } from './privacy-input';
import { parsePullSource } from './pull-source-input';
import { parseSyncMapping } from './sync-mapping';

jest.setTimeout(240_000);
const RUNS = 50_000;
const id = '10000000-0000-4000-8000-000000000001';
const mapping = {
  ...{ name: 'a', version: 1, format: 'table', match: { columns: ['id'] } },
  fields: { id: { column: 'id', type: 'text' } },
  message: { type: 'identify', userId: { field: 'id' }, traits: { id: { field: 'id' } } },
};

/** Input of a mutation, and what reads it; half of the types GraphQL has checked before, half (JSON) it has not. */
const INPUTS: readonly (readonly [what: string, good: object, parse: (input: unknown) => unknown])[] = [
  ['consent', { identifierType: 'email', identifier: 'a@b.example', purpose: 'mail', at: 1, proof: 'form' }, parseConsent],
  ['purposes', { key: 'mail', name: 'Mail', categories: ['c'], saleOrSharing: false }, parsePurpose],
  ['suppressions', { identifiers: [{ type: 'email', value: 'a@b.example' }], reason: 'asked' }, parseSuppression],
  ['parameters of a linkage', { fields: [{ trait: 'surname', type: 'name' }], threshold: 0.8, reviewLow: 0.5, seed: 3 }, (input) => parseShape(runParams['identity.link'], input)],
  ['parameters of an import', { artifactKey: 'imports/a', fileName: 'a.csv', sourceId: id, mapping }, (input) => parseShape(runParams['ingest.import'], input)],
  ['sources to pull from', { key: 'shop', name: 'Shop', mapping, everyMinutes: 5 }, parsePullSource],
  ['fields of a sync', { email: 'traits.email', name: 'traits.name' }, parseSyncMapping],
]; // prettier-ignore

it.each(INPUTS)('%s: taken, or refused as data: 50,000 inputs', async (_what, good, parse) => {
  let [taken, left] = [0, 0];
  await fuzzParser({
    seed: 1,
    runs: RUNS,
    make: (random) => fuzzedData(random, [good]),
    parse: async (input) => {
      const given = await answer('Taken', async () => ({ input: parse(input) }));
      if (given.__typename === 'Taken') taken += 1;
      else if (given.__typename === 'InvalidInput') left += 1;
    },
  });
  expect(taken + left).toBe(RUNS);
  expect(Math.min(taken, left)).toBeGreaterThan(RUNS / 25);
});

import { expectAgreement, SORTS } from './agreement';
import { ColumnWorld } from './column-world';

/** The long form of sql.medium.spec: another seed, and 100,000 triples in all. */
const TRIPLES = Number(process.env['KOHORT_TRIPLES'] ?? 34_000);
const SEED = Number(process.env['KOHORT_SEED'] ?? 20261122);
jest.setTimeout(7_200_000);

describe('SQL on the column engine, at length', () => {
  let world: ColumnWorld;
  beforeAll(() => {
    world = new ColumnWorld();
  });
  afterAll(() => world.close());

  it.each(SORTS)(`agrees with the evaluator and the oracle on ${TRIPLES} triples of %s`, (_what, rulesOf, more) => {
    expectAgreement(world, rulesOf, { triples: TRIPLES, seed: SEED + more });
  });
});

import { expectAgreement, SORTS } from './agreement';
import { ColumnWorld } from './column-world';

/**
 * The long form of sql.medium.spec: other seeds, and more than 100,000 triples in all. In parts that each end and are
 * named, so that a run that is broken off has said what it has looked at: `-t 'part 3 '` runs one of them again.
 */
const TRIPLES = Number(process.env['KOHORT_TRIPLES'] ?? 102_000);
const SEED = Number(process.env['KOHORT_SEED'] ?? 20261122);
/** A statement costs the column engine as much for few people as for many: a part asks few large populations. */
const PEOPLE = 250;
const OF_A_PART = 10_000;
jest.setTimeout(3_600_000);

const parts = Math.ceil(TRIPLES / (SORTS.length * OF_A_PART));

describe.each(Array.from({ length: parts }, (_, n) => n + 1))(
  'SQL on the column engine, part %i of the run',
  (part) => {
    let world: ColumnWorld;
    beforeAll(() => {
      world = new ColumnWorld();
    });
    afterAll(() => world.close());

    it.each(SORTS)(`agrees with the evaluator and the oracle on ${OF_A_PART} triples of %s`, (_what, rulesOf, more) => {
      expectAgreement(world, rulesOf, { triples: OF_A_PART, seed: SEED + more + part * 10_000, people: PEOPLE });
    });
  },
);

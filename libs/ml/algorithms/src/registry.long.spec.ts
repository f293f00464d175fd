import { expectNamedOrWhole } from '../test/expect-whole';
import { WIDE_TABLE } from '../test/hostile-tables';
import { CLUSTERING_ALGORITHMS } from './registry';

describe('10,000 columns', () => {
  it.each(CLUSTERING_ALGORITHMS.map((algorithm) => [algorithm.name, algorithm] as const))(
    'are met by %s with a named error or a whole answer',
    async (_name, algorithm) => {
      expect.hasAssertions();
      await expectNamedOrWhole(algorithm, WIDE_TABLE());
    },
    // The dearest take two minutes beside other work.
    600_000,
  );
});

/**
 * Begins with what takes longest, so that a run does not end with one worker at work: where no earlier run has told how
 * long a file takes, as on a fresh clone, jest goes by its size, and specs on data sets are short files.
 */
const Sequencer = require('@jest/test-sequencer').default;

/** Files that take half a minute and more, longest first. */
const LONG = [
  ...['import-kill', 'propensity-data', 'sql.medium', 'queue-failures', 'demo.spec', 'file-commands', 'definitions'],
  ...['fuzz-parsers', 'identity-kill', 'linkage-data', 'new.medium', 'import.medium', 'fuzz', 'queue.medium'],
];

const rankOf = ({ path }) => {
  const rank = LONG.findIndex((part) => path.includes(part));
  return rank < 0 ? LONG.length : rank;
};

module.exports = class LongestFirst extends Sequencer {
  sort(tests) {
    return [...super.sort(tests)].sort((a, b) => rankOf(a) - rankOf(b));
  }
};

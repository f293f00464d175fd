/**
 * A folder for the length of a run of tests: what many specs begin with (a migrated cluster) is made in it once and copied.
 */
const { mkdtempSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');

module.exports = () => {
  const folder = mkdtempSync(join(tmpdir(), 'kohort-pg-templates-'));
  process.env.KOHORT_TEST_TEMPLATES = folder;
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
};

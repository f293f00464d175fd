/**
 * One configuration for the whole workspace, split by layer: `unit` needs nothing but Node, `medium` starts real
 * engines (PostgreSQL, the ClickHouse door, Redis), `e2e` starts built apps, `long` does so for minutes (`npm run
 * test:long`). `LAYER=medium npx jest -c jest.config.cjs path`.
 */
const preset = require('./jest.preset.cjs');

process.env.TZ = 'UTC';
const layer = process.env.LAYER ?? 'unit';
const match = {
  unit: ['<rootDir>/{apps,libs,plugins,tools}/**/*.spec.ts'],
  medium: ['<rootDir>/{apps,libs,plugins,tools}/**/*.medium.spec.ts'],
  e2e: ['<rootDir>/e2e/**/*.spec.ts'],
  long: ['<rootDir>/{libs,e2e}/**/*.long.spec.ts'],
}[layer];
const others = { unit: ['\\.medium\\.spec\\.ts$', '\\.long\\.spec\\.ts$'], e2e: ['\\.long\\.spec\\.ts$'] }[layer] ?? [];
const ignore = ['/node_modules/', '/dist/', ...others];

// No unit spec loads what declares these itself; `jest.preset.cjs` says why they are named.
const unitGlobals = ['Number', 'String', 'Array', 'Map', 'Set', 'Uint8Array', 'Error'];

module.exports = {
  ...preset,
  sandboxInjectedGlobals: [...preset.sandboxInjectedGlobals, ...(layer === 'unit' ? unitGlobals : [])],
  rootDir: process.env.KOHORT_JEST_ROOT ?? __dirname,
  testMatch: match,
  testPathIgnorePatterns: ignore,
  ...(layer === 'unit' ? {} : { globalSetup: '<rootDir>/jest.templates.cjs' }),
  testSequencer: '<rootDir>/jest.sequencer.cjs',
  modulePathIgnorePatterns: ['<rootDir>/.*/dist/'],
  // For hanging, not for speed: other work on the machine makes an honest test several times as slow.
  testTimeout: { unit: 60_000, medium: 600_000 }[layer] ?? 600_000,
};

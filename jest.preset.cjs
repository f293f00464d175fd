/** What every jest run of the workspace shares: sources through the `@kohort/source` condition, compiled by swc. */
const transformIgnorePatterns = [
  '/node_modules/(?!(?:@kohort|mercurius|quick-lru|hyparquet|hyparquet-compressors|hyparquet-writer|hysnappy|re2js|double-metaphone|fzstd|csv-parse|csv-stringify)/)',
];

module.exports = {
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['@kohort/source', 'node', 'node-addons'] },
  transform: {
    '^.+\\.(t|j|mj)s$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
        },
        module: { type: 'commonjs' },
        sourceMaps: 'inline',
      },
    ],
  },
  transformIgnorePatterns,
  moduleFileExtensions: ['ts', 'js', 'mjs', 'cjs', 'json', 'node'],
};

/** What every jest run of the workspace shares: sources through the `@kohort/source` condition, compiled by swc. */
const transformIgnorePatterns = [
  '/node_modules/(?!(?:@kohort|mercurius|quick-lru|hyparquet|hyparquet-compressors|hyparquet-writer|hysnappy|re2js|double-metaphone|fzstd|csv-parse|csv-stringify)/)',
];

/**
 * In jest's sandbox every look-up of a global goes through an interceptor, tens of times as slow as in plain Node, and
 * arithmetic is full of `Math.imul`: these become arguments of each module. Not what specs replace (`Date`, `process`),
 * and not what a package declares at the top of a module (readable-stream: `Number`, `String`, `Error`, `Uint8Array`).
 */
const sandboxInjectedGlobals = [
  ...['Math', 'Object', 'JSON', 'RegExp', 'Infinity', 'Reflect', 'TypeError', 'BigInt'],
  ...['Float32Array', 'Float64Array', 'Uint32Array', 'Int32Array'],
];

module.exports = {
  sandboxInjectedGlobals,
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

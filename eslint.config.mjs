import nx from '@nx/eslint-plugin';
import tseslint from 'typescript-eslint';
import kohort from './tools/lint-rules/src/index.cjs';

/** Who may import whom: the table of ARCHITECTURE.md. `testing` and `testkit` are for specs only (second table). */
const pure = [
  'zod',
  'ajv',
  'ajv/**',
  're2js',
  'decimal.js',
  'luxon',
  'semver',
  'semver/**',
  'ipaddr.js',
  'csv-parse',
  'csv-parse/*',
  'csv-stringify',
  'csv-stringify/*',
  'hyparquet',
  'hyparquet/src/delta.js',
  'hyparquet-compressors',
  'libphonenumber-js',
  'libphonenumber-js/min',
  'ml-matrix',
  'yaml',
  'double-metaphone',
  'libphonenumber-js/min',
];
const may = {
  'type:app': ['type:host', 'type:contract', 'type:domain', 'type:ml'],
  'type:host': [
    'type:host',
    'type:api',
    'type:adapter',
    'type:flow',
    'type:domain',
    'type:ml',
    'type:sdk',
    'type:plugin',
    'type:contract',
  ],
  'type:api': ['type:api', 'type:adapter', 'type:flow', 'type:domain', 'type:contract'],
  'type:flow': ['type:domain', 'type:contract', 'type:sdk'],
  'type:domain': ['type:ml', 'type:contract'],
  'type:ml': ['type:ml', 'type:contract'],
  'type:contract': ['type:contract'],
  'type:adapter': ['type:adapter', 'type:sdk', 'type:contract'],
  'type:sdk': ['type:sdk', 'type:contract'],
  'type:plugin': ['type:sdk', 'type:contract'],
  'type:testkit': ['type:testkit', 'type:sdk', 'type:adapter', 'type:contract'],
  'type:testing': [
    'type:testing',
    'type:host',
    'type:api',
    'type:adapter',
    'type:flow',
    'type:domain',
    'type:ml',
    'type:sdk',
    'type:plugin',
    'type:contract',
  ],
  'type:tool': ['type:tool', 'type:testing', 'type:ml', 'type:domain', 'type:contract', 'type:adapter', 'type:host'],
  'type:e2e': ['type:testing', 'type:testkit', 'type:contract', 'type:domain'],
};
const onlyForSpecs = ['type:testing', 'type:testkit', 'type:adapter', 'type:ml'];
/** Domain and ml are plain functions: packages that reach the machine are not on their list. */
const external = {
  'type:domain': pure,
  'type:ml': [
    ...pure,
    '@tensorflow/**',
    'ml-xgboost',
    'ml-xgboost/**',
    'umap-js',
    'wink-nlp',
    'wink-eng-lite-web-model',
    'vader-sentiment',
    'compromise',
    '@energetic-ai/**',
  ],
  'type:contract': ['zod'],
};

const boundaries = (extra) => [
  'error',
  {
    enforceBuildableLibDependency: false,
    allowCircularSelfDependency: false,
    banTransitiveDependencies: false,
    checkDynamicDependenciesExceptions: ['.*'],
    depConstraints: [
      ...Object.entries(may).map(([sourceTag, targets]) => ({
        sourceTag,
        onlyDependOnLibsWithTags: [...new Set([...targets, ...extra])],
        ...(extra.length === 0 && external[sourceTag] ? { allowedExternalImports: external[sourceTag] } : {}),
      })),
      {
        sourceTag: 'runtime:browser',
        onlyDependOnLibsWithTags: ['runtime:browser', 'runtime:any'],
      },
      ...stages.map((scope) => ({
        allSourceTags: ['type:flow', `scope:${scope}`],
        onlyDependOnLibsWithTags: [
          `scope:${scope}`,
          'type:contract',
          ...(scope === 'sync' ? ['type:sdk'] : []),
          ...extra,
        ],
      })),
    ],
  },
];
/** A flow knows its own stage alone; stages meet in contracts and in the pipeline map. */
const stages = ['ingest', 'identity', 'quality', 'features', 'segments', 'models', 'sync', 'access', 'privacy'];

const restrictedSyntax = [
  { selector: 'ExportDefaultDeclaration', message: 'named exports only' },
  { selector: 'TSEnumDeclaration', message: 'string unions over enums' },
  { selector: 'NewExpression[callee.name="Error"]', message: 'raise an AppError from a catalogue (defineErrors)' },
  {
    selector: 'MemberExpression[object.name="process"][property.name="env"]',
    message: 'environment is read in config.ts only',
  },
];
const impure = [
  { selector: 'CallExpression[callee.object.name="Date"][callee.property.name="now"]', message: 'take a Clock' },
  { selector: 'NewExpression[callee.name="Date"][arguments.length=0]', message: 'take a Clock' },
  { selector: 'CallExpression[callee.object.name="Math"][callee.property.name="random"]', message: 'take a Random' },
  {
    selector: 'CallExpression[callee.name=/^(setTimeout|setInterval|setImmediate)$/]',
    message: 'no timers below adapters',
  },
];

export default tseslint.config(
  {
    ignores: [
      '**/node_modules',
      '**/dist',
      '**/*.generated.ts',
      'libs/ml/core/assembly',
      '.nx',
      '.kohort',
      'reports',
      'coverage',
    ],
  },
  {
    files: ['**/*.ts'],
    plugins: { '@nx': nx, '@typescript-eslint': tseslint.plugin, kohort },
    languageOptions: { parser: tseslint.parser },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@nx/enforce-module-boundaries': boundaries([]),
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/ban-ts-comment': 'error',
      '@typescript-eslint/no-require-imports': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', caughtErrorsIgnorePattern: '^_' }],
      'max-lines': ['error', { max: 400, skipBlankLines: false }],
      'max-depth': ['error', 4],
      'no-restricted-syntax': ['error', ...restrictedSyntax],
      'no-console': 'error',
      'no-var': 'error',
      'prefer-const': 'error',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'kohort/docstring-on-exports': 'error',
      'kohort/file-name': 'error',
      'kohort/no-bare-json-parse': 'error',
      'kohort/no-swallowed-catch': 'error',
      'kohort/units-in-names': 'error',
    },
  },
  {
    files: ['libs/*/domain/**/*.ts', 'libs/*/flow/**/*.ts', 'libs/ml/**/*.ts', 'libs/identity/linkage/**/*.ts'],
    rules: { 'no-restricted-syntax': ['error', ...restrictedSyntax, ...impure] },
  },
  {
    // Adapters that host an engine's own thread need the machine's timers.
    files: ['libs/ml/core/src/pool/**/*.ts', 'libs/ml/adapters/**/*.ts'],
    rules: { 'no-restricted-syntax': ['error', ...restrictedSyntax] },
  },
  {
    // The second one starts engines for tests, and is told by the test runner where their templates lie.
    files: ['apps/*/src/config.ts', 'libs/platform/embedded/src/temporary-postgres.ts'],
    rules: { 'no-restricted-syntax': ['error', ...restrictedSyntax.filter((rule) => !rule.selector.includes('env'))] },
  },
  {
    files: [
      '**/*.spec.ts',
      '**/test/**/*.ts',
      '**/*.bench.ts',
      'libs/testing/**/*.ts',
      'e2e/**/*.ts',
      'libs/plugin-kit/testkit/**/*.ts',
      'libs/ml/conformance/**/*.ts',
    ],
    rules: {
      '@nx/enforce-module-boundaries': boundaries(onlyForSpecs),
      'no-restricted-syntax': ['error', ...restrictedSyntax.slice(0, 2)],
      'kohort/docstring-on-exports': 'off',
      'kohort/no-bare-json-parse': 'off',
      '@typescript-eslint/no-require-imports': 'off',
    },
  },
  {
    files: ['tools/**/*.ts', 'tools/**/*.mjs', 'apps/kohort/src/terminal/**/*.ts'],
    rules: { 'no-console': 'off', 'no-restricted-syntax': 'off' },
  },
  {
    files: ['**/vite.config.ts', '**/*.d.ts', '**/jest.*.cjs'],
    rules: { 'no-restricted-syntax': 'off', 'max-lines': 'off' },
  },
);

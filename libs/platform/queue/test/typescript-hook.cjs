/** Lets a plain Node process of a test load the sources of the workspace; run it with --conditions=@kohort/source. */
const { transformFileSync } = require('@swc/core');
require.extensions['.ts'] = (module, file) =>
  module._compile(
    transformFileSync(file, {
      jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
      module: { type: 'commonjs' },
    }).code,
    file,
  );

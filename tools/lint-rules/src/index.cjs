/** One file a rule; the plugin name is `kohort`. */
module.exports = {
  meta: { name: 'kohort' },
  rules: {
    'docstring-on-exports': require('./docstring-on-exports.cjs'),
    'file-name': require('./file-name.cjs'),
    'no-bare-json-parse': require('./no-bare-json-parse.cjs'),
    'no-swallowed-catch': require('./no-swallowed-catch.cjs'),
    'units-in-names': require('./units-in-names.cjs'),
  },
};

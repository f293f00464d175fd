const path = require('node:path');

const FORBIDDEN = new Set([
  'utils',
  'util',
  'helpers',
  'helper',
  'common',
  'shared',
  'generic',
  'misc',
  'manager',
  'types',
]);

/** Files are kebab-case and named after what they hold; a drawer for leftovers is refused. */
module.exports = {
  meta: {
    type: 'suggestion',
    schema: [],
    messages: {
      forbidden: '"{{name}}" says nothing about what the file holds; name it after its one main export',
      kebab: '"{{name}}" is not kebab-case',
    },
  },
  create(context) {
    return {
      Program(node) {
        const name = path.basename(context.filename);
        const stem = name.split('.')[0];
        if (FORBIDDEN.has(stem)) context.report({ node, messageId: 'forbidden', data: { name } });
        else if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(stem)) context.report({ node, messageId: 'kebab', data: { name } });
      },
    };
  },
};

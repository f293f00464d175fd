/**
 * JSON.parse gives `any` and trusts its input. It is allowed only where its result goes straight into a schema's
 * parse, or inside a function whose name begins with `parse`, `read`, `decode` or `load` or ends with `fromJson`.
 */
const READER = /^(parse|read|decode|load)|[fF]romJson$/;

function nameOf(node) {
  if (node.id) return node.id.name;
  const parent = node.parent;
  if (parent?.type === 'VariableDeclarator' && parent.id.type === 'Identifier') return parent.id.name;
  if ((parent?.type === 'Property' || parent?.type === 'MethodDefinition') && parent.key.type === 'Identifier')
    return parent.key.name;
  return '';
}

module.exports = {
  meta: {
    type: 'problem',
    schema: [],
    messages: { bare: 'JSON.parse outside a parser: put it in a function named parse… that validates what it read' },
  },
  create(context) {
    return {
      'CallExpression[callee.object.name="JSON"][callee.property.name="parse"]'(node) {
        let up = node.parent;
        if (
          up?.type === 'CallExpression' &&
          up.callee.type === 'MemberExpression' &&
          /^(parse|safeParse)$/.test(up.callee.property.name ?? '')
        )
          return;
        while (up) {
          if (/Function|MethodDefinition/.test(up.type) && READER.test(nameOf(up))) return;
          up = up.parent;
        }
        context.report({ node, messageId: 'bare' });
      },
    };
  },
};

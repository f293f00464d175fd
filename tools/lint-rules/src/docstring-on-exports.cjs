/**
 * Exported functions, classes and interfaces of a library carry a docstring: the next reader learns shape, units and
 * errors from it, not from the code. Short types (aliases of one line) may go without.
 */
module.exports = {
  meta: {
    type: 'suggestion',
    schema: [],
    messages: { missing: 'exported {{kind}} "{{name}}" has no docstring: say what it is, its shape, units and errors' },
  },
  create(context) {
    const source = context.sourceCode;
    const kinds = {
      FunctionDeclaration: 'function',
      ClassDeclaration: 'class',
      TSInterfaceDeclaration: 'interface',
    };
    return {
      ExportNamedDeclaration(node) {
        const declared = node.declaration;
        if (!declared || !kinds[declared.type] || !declared.id) return;
        const first = declared.decorators?.[0] ?? node;
        const comments = [...source.getCommentsBefore(node), ...source.getCommentsBefore(first)];
        if (comments.some((comment) => comment.type === 'Block' && comment.value.startsWith('*'))) return;
        // An options interface whose fields are explained one by one says enough.
        if (declared.type === 'TSInterfaceDeclaration' && source.getCommentsInside(declared).length > 0) return;
        context.report({ node, messageId: 'missing', data: { kind: kinds[declared.type], name: declared.id.name } });
      },
    };
  },
};

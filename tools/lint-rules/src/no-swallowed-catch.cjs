/** A catch that is empty, or that only returns nothing, hides a failure. A comment in it that says why is accepted. */
module.exports = {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      swallowed: 'this catch hides the failure: wrap it, report it, or say in a comment why it may be ignored',
    },
  },
  create(context) {
    const source = context.sourceCode;
    return {
      CatchClause(node) {
        const body = node.body.body;
        const silent =
          body.length === 0 || (body.length === 1 && body[0].type === 'ReturnStatement' && !body[0].argument);
        if (silent && source.getCommentsInside(node.body).length === 0)
          context.report({ node, messageId: 'swallowed' });
      },
    };
  },
};

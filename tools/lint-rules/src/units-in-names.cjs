/** A number called timeout, delay, duration, interval, age or ttl without its unit is a bug waiting for its reader. */
const BARE = /^(?:.*[a-z])?(?:timeout|delay|duration|interval|ttl|lifetime)$/i;

module.exports = {
  meta: {
    type: 'suggestion',
    schema: [],
    messages: { unit: '"{{name}}" is a number with a unit: call it {{name}}Ms, {{name}}Seconds, {{name}}Days, …' },
  },
  create(context) {
    return {
      'TSPropertySignature[key.type="Identifier"]'(node) {
        const annotation = node.typeAnnotation?.typeAnnotation;
        if (annotation?.type !== 'TSNumberKeyword' || !BARE.test(node.key.name)) return;
        context.report({ node, messageId: 'unit', data: { name: node.key.name } });
      },
    };
  },
};

import type { FastifyInstance } from 'fastify';
import { printSchema, lexicographicSortSchema, type GraphQLSchema } from 'graphql';
import { EXPLORER_CSS, EXPLORER_HTML, EXPLORER_JS } from './explorer-page';

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

/** The API explorer at /graphiql and the schema's text at /schema.graphql. Not in production. */
export function explorerRoutes(schema: () => GraphQLSchema): (scope: FastifyInstance) => Promise<void> {
  return async (scope) => {
    const serve = (path: string, type: string, text: () => string): void => {
      scope.get(path, async (_request, reply) =>
        reply
          .headers({ 'content-type': `${type}; charset=utf-8`, 'content-security-policy': POLICY })
          .header('x-content-type-options', 'nosniff')
          .send(text()),
      );
    };
    serve('/graphiql', 'text/html', () => EXPLORER_HTML);
    serve('/graphiql.js', 'text/javascript', () => EXPLORER_JS);
    serve('/graphiql.css', 'text/css', () => EXPLORER_CSS);
    serve('/schema.graphql', 'text/plain', () => printSchema(lexicographicSortSchema(schema())));
  };
}

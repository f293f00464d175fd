/** Where a running Kohort answers, a line each. */
export function addresses(url: string): string {
  return [
    `  GraphQL explorer  ${url}/graphiql`,
    `  GraphQL           ${url}/graphql`,
    `  Ingest            ${url}/v1`,
    `  Health            ${url}/health/ready`,
  ].join('\n');
}

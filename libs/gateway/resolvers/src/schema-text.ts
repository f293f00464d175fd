import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { GraphQLSchemaBuilderModule, GraphQLSchemaFactory } from '@nestjs/graphql';
import { lexicographicSortSchema, printSchema, type GraphQLSchema } from 'graphql';
import { RESOLVERS } from './resolver-list';

@Module({ imports: [GraphQLSchemaBuilderModule] })
class SchemaModule {}

/** The schema that the code makes, without a server. */
export async function buildSchema(): Promise<GraphQLSchema> {
  const app = await NestFactory.createApplicationContext(SchemaModule, { logger: false });
  try {
    return await app.get(GraphQLSchemaFactory).create([...RESOLVERS], { skipCheck: true });
  } finally {
    await app.close();
  }
}

/** The text of schema.graphql: types and fields in alphabetical order, so that a diff shows what changed. */
export function schemaText(schema: GraphQLSchema): string {
  return `# Made from code (libs/gateway); the test of @kohort/gateway-resolvers compares both.\n\n${printSchema(
    lexicographicSortSchema(schema),
  )}\n`;
}

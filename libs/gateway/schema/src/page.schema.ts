import { ArgsType, Field, Int, ObjectType } from '@nestjs/graphql';
import { CursorScalar } from './scalars.schema';

/** Where a page ends. */
@ObjectType('PageInfo', { description: 'Whether there is more, and where it begins.' })
export class PageInfoType {
  @Field(() => Boolean)
  hasNextPage!: boolean;

  @Field(() => CursorScalar, { nullable: true })
  endCursor!: string | null;
}

/** The arguments of every list. */
@ArgsType()
export class PageArgs {
  @Field(() => Int, { description: 'How many, 1 to 100.' })
  first!: number;

  @Field(() => CursorScalar, { nullable: true, description: 'Behind this place; from the beginning when absent.' })
  after?: string | null;
}

/** A node with its place in the list. */
export interface Edge<T> {
  readonly cursor: string;
  readonly node: T;
}

/** A Relay connection, with the nodes beside the edges for those who do not need cursors. */
export interface Connection<T> {
  readonly edges: readonly Edge<T>[];
  readonly nodes: readonly T[];
  readonly pageInfo: PageInfoType;
}

type ClassOf<T> = new () => T;

/** Makes the connection type (and its edge type) of a node type. */
export function connectionOf<T>(name: string, node: ClassOf<T>): ClassOf<Connection<T>> {
  @ObjectType(`${name}Edge`)
  class EdgeType implements Edge<T> {
    @Field(() => CursorScalar)
    cursor!: string;

    @Field(() => node)
    node!: T;
  }

  @ObjectType(`${name}Connection`)
  class ConnectionType implements Connection<T> {
    @Field(() => [EdgeType])
    edges!: EdgeType[];

    @Field(() => [node])
    nodes!: T[];

    @Field(() => PageInfoType)
    pageInfo!: PageInfoType;
  }
  return ConnectionType;
}

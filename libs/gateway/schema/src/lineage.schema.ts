import { Field, InputType, ObjectType } from '@nestjs/graphql';
import { LineageKind } from './enums.schema';

type Kind = 'source' | 'event' | 'trait' | 'segment' | 'model' | 'destination';

/** One thing that comes of others, or that others come of. */
@ObjectType('LineageNode', { description: 'One thing that comes of others, or that others come of.' })
export class LineageNodeType {
  @Field(() => LineageKind)
  kind!: Kind;

  @Field(() => String, { description: 'The name of an event, the key of anything else.' })
  key!: string;

  @Field(() => String)
  label!: string;
}

/** One thing that another is made of. */
@ObjectType('LineageEdge', { description: 'One thing that another is made of.' })
export class LineageEdgeType {
  @Field(() => LineageNodeType)
  from!: LineageNodeType;

  @Field(() => LineageNodeType)
  to!: LineageNodeType;
}

/** What comes of what. */
@ObjectType('Lineage', {
  description: 'What comes of what: source, event, trait, segment, model, destination.',
})
export class LineageType {
  @Field(() => [LineageNodeType])
  nodes!: readonly LineageNodeType[];

  @Field(() => [LineageEdgeType])
  edges!: readonly LineageEdgeType[];
}

/** One thing whose lineage is asked for. */
@InputType({ description: 'One thing whose lineage is asked for.' })
export class LineageOfInput {
  @Field(() => LineageKind)
  kind!: Kind;

  @Field(() => String)
  key!: string;
}

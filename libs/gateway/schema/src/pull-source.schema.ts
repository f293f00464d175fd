import { Field, ID, InputType, Int, ObjectType } from '@nestjs/graphql';
import { connectionOf } from './page.schema';
import { DateTimeScalar, JsonScalar } from './scalars.schema';
import { SourceType } from './workspace.schema';

/** A configured source: records are pulled from it. Its secrets can be written, never read. */
@ObjectType('PullSource', {
  description: 'A configured source: records are pulled from it. Its secrets can be written, never read.',
})
export class PullSourceType {
  sourceId!: string;

  @Field(() => ID)
  id!: string;

  @Field(() => String)
  key!: string;

  @Field(() => String)
  name!: string;

  @Field(() => String)
  plugin!: string;

  @Field(() => JsonScalar)
  settings!: unknown;

  @Field(() => JsonScalar, { description: 'Name of a known mapping, or a mapping.' })
  mapping!: unknown;

  @Field(() => Boolean, { nullable: true, description: 'Whether rows may make people; null: as the mapping says.' })
  createProfiles!: boolean | null;

  @Field(() => Int, { nullable: true, description: 'Pulled every so many minutes; null: when asked to.' })
  everyMinutes!: number | null;

  @Field(() => DateTimeScalar, { nullable: true })
  nextAt!: number | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When the last pull came to its end.' })
  pulledAt!: number | null;

  @Field(() => DateTimeScalar)
  createdAt!: number;

  @Field(() => SourceType)
  source!: SourceType;
}

/** A source to be configured. */
@InputType()
export class CreatePullSourceInput {
  @Field(() => String, { description: 'snake_case, immutable, never reused.' })
  key!: string;

  @Field(() => String)
  name!: string;

  @Field(() => String, { description: 'Id of the connector, of `sourceConnectors`.' })
  plugin!: string;

  @Field(() => JsonScalar, { description: 'By the connector’s schema. Secrets are sealed and never shown again.' })
  settings!: unknown;

  @Field(() => String, { description: 'Key of the source that the records count for.' })
  source!: string;

  @Field(() => JsonScalar, { description: 'Name of a known mapping, or a mapping.' })
  mapping!: unknown;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether rows may make people; as the mapping says when absent.',
  })
  createProfiles?: boolean | null;

  @Field(() => Int, {
    nullable: true,
    description: 'Pull every so many minutes, 1 to 44,640; only when asked if absent.',
  })
  everyMinutes?: number | null;
}

export const PullSourceConnection = connectionOf('PullSource', PullSourceType);

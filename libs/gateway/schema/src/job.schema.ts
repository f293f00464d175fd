import { Field, Float, ID, InputType, ObjectType } from '@nestjs/graphql';
import { JobStatus } from './enums.schema';
import { connectionOf } from './page.schema';
import { DateTimeScalar, JsonScalar } from './scalars.schema';

/** Where a long job stands. */
@ObjectType('Progress', { description: 'Where a long job stands.' })
export class ProgressType {
  @Field(() => String)
  phase!: string;

  @Field(() => Float)
  done!: number;

  @Field(() => Float, { nullable: true })
  total!: number | null;

  @Field(() => Float, { nullable: true })
  perSecond!: number | null;

  @Field(() => Float, { nullable: true })
  etaMs!: number | null;
}

/** Why a job failed. */
@ObjectType('JobError')
export class JobErrorType {
  @Field(() => String)
  code!: string;

  @Field(() => String)
  kind!: string;

  @Field(() => String)
  message!: string;
}

/** A long job: what was asked for, where it stands, what came of it. */
@ObjectType('Job', { description: 'A long job: what was asked for, where it stands, what came of it.' })
export class JobType {
  @Field(() => ID)
  id!: string;

  @Field(() => String, { description: 'Its name in the pipeline map, e.g. models.fitClusters.' })
  job!: string;

  @Field(() => JobStatus)
  status!: string;

  @Field(() => JsonScalar)
  params!: unknown;

  @Field(() => JsonScalar, { nullable: true })
  result!: unknown;

  @Field(() => JobErrorType, { nullable: true })
  error!: JobErrorType | null;

  @Field(() => Boolean)
  cancelRequested!: boolean;

  @Field(() => DateTimeScalar)
  createdAt!: number;

  @Field(() => DateTimeScalar, { nullable: true })
  startedAt!: number | null;

  @Field(() => DateTimeScalar, { nullable: true })
  finishedAt!: number | null;
}

/** Which jobs; what is absent does not narrow. */
@InputType()
export class JobFilter {
  @Field(() => String, { nullable: true })
  job?: string | null;

  @Field(() => JobStatus, { nullable: true })
  status?: string | null;
}

export const JobConnection = connectionOf('Job', JobType);

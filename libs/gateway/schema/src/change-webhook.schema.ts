import { Field, Float, ID, InputType, Int, ObjectType } from '@nestjs/graphql';
import { ChangeWebhookStatus, MembershipChangeKind } from './enums.schema';
import { connectionOf } from './page.schema';
import { CursorScalar, DateTimeScalar } from './scalars.schema';

/** An endpoint that is sent the membership change log. */
@ObjectType('ChangeWebhook', { description: 'An endpoint of the workspace that is sent the membership change log.' })
export class ChangeWebhookType {
  @Field(() => ID)
  id!: string;

  @Field(() => String)
  url!: string;

  segmentId!: string | null;

  @Field(() => [MembershipChangeKind], { nullable: true, description: 'Null: all.' })
  kinds!: readonly string[] | null;

  @Field(() => ChangeWebhookStatus)
  status!: string;

  @Field(() => Int, { description: 'Tries in a row that failed.' })
  failures!: number;

  @Field(() => String, { nullable: true, description: 'What the last failed try met with, as a stable code.' })
  errorCode!: string | null;

  @Field(() => String, { nullable: true })
  errorMessage!: string | null;

  @Field(() => Float, { description: 'Changes that were acknowledged.' })
  delivered!: number;

  @Field(() => DateTimeScalar, { nullable: true })
  deliveredAt!: number | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'Not tried before; null while paused or stopped.' })
  nextAt!: number | null;

  @Field(() => DateTimeScalar)
  createdAt!: number;

  @Field(() => Boolean, { description: 'Those who were in are being sent; what follows comes behind them.' })
  isSendingMembers!: boolean;
}

/** An endpoint with its signing secret, which is shown once. */
@ObjectType('NewChangeWebhook', { description: 'An endpoint with its signing secret.' })
export class NewChangeWebhookType {
  @Field(() => ChangeWebhookType)
  webhook!: ChangeWebhookType;

  @Field(() => String, {
    nullable: true,
    description: 'Standard Webhooks secret (`whsec_…`), shown once; null when the call repeated an earlier one.',
  })
  secret!: string | null;
}

/** An endpoint that is sent nothing any more. */
@ObjectType('DeletedChangeWebhook')
export class DeletedChangeWebhookType {
  @Field(() => ID)
  id!: string;
}

/** An endpoint that is being set up. */
@InputType()
export class CreateChangeWebhookInput {
  @Field(() => String, { description: 'https; private addresses are refused when messages are sent.' })
  url!: string;

  @Field(() => String, { nullable: true, description: 'Key of a segment; absent: all.' })
  segment?: string | null;

  @Field(() => [MembershipChangeKind], { nullable: true, description: 'Absent: all.' })
  kinds?: string[] | null;

  @Field(() => CursorScalar, {
    nullable: true,
    description: 'It is sent what follows this cursor of the change log; absent: what comes from now on.',
  })
  after?: string | null;

  @Field(() => Boolean, {
    defaultValue: false,
    description:
      'It is sent everybody who is in first, as messages of type `membership.snapshot` (the last one says `isLast`), and then what follows: applied by `changeVersion` that is what is true.',
  })
  members!: boolean;
}

export const ChangeWebhookConnection = connectionOf('ChangeWebhook', ChangeWebhookType);

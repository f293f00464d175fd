import { Field, InputType, Int, ObjectType } from '@nestjs/graphql';
import { MaskKind } from './enums.schema';

const FIELDS = 'Paths such as `properties.comment`, with all that stands below; lists on the way count entry by entry.';
const LONG = 'Every text of more than so many characters; null: the named fields alone.';
const COUNTRY = 'ISO 3166-1 country of national telephone numbers; null: those with a leading + alone.';

/** What of a source's messages is masked before anything is stored. */
@ObjectType('SourceMasking', { description: 'What of a source’s messages is masked before anything is stored.' })
export class SourceMaskingType {
  @Field(() => [String], { description: FIELDS })
  fields!: string[];

  @Field(() => Int, { nullable: true, description: LONG })
  longTexts!: number | null;

  @Field(() => [MaskKind])
  kinds!: string[];

  @Field(() => String, { nullable: true, description: COUNTRY })
  country!: string | null;
}

/** What of a source's messages is to be masked. */
@InputType()
export class SourceMaskingInput {
  @Field(() => [String], { defaultValue: [], description: FIELDS })
  fields!: string[];

  @Field(() => Int, { nullable: true, description: LONG })
  longTexts?: number | null;

  @Field(() => [MaskKind], { defaultValue: ['email', 'phone', 'card', 'iban', 'ip'] })
  kinds!: string[];

  @Field(() => String, { nullable: true, description: COUNTRY })
  country?: string | null;
}

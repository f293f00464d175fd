import { Field, Float, ID, InputType, Int, ObjectType } from '@nestjs/graphql';
import { SourceKind } from './enums.schema';
import { SourceMaskingType } from './masking.schema';
import { connectionOf } from './page.schema';
import { CursorScalar, DateTimeScalar } from './scalars.schema';

/** A tenant; everything belongs to exactly one. */
@ObjectType('Workspace', { description: 'A tenant; everything belongs to exactly one.' })
export class WorkspaceType {
  @Field(() => ID)
  id!: string;

  @Field(() => String)
  name!: string;

  @Field(() => String, { description: 'Of the IANA database: when its days and weeks begin.' })
  timeZone!: string;

  @Field(() => Int, {
    nullable: true,
    description:
      'Days within which a known message id is a duplicate; null: as the processes are set, 7 unless changed.',
  })
  dedupeDays!: number | null;

  @Field(() => DateTimeScalar)
  createdAt!: number;
}

/** Where records come from, with its own write key. */
@ObjectType('Source', { description: 'Where records come from, with its own write key.' })
export class SourceType {
  @Field(() => ID)
  id!: string;

  @Field(() => String)
  key!: string;

  @Field(() => String)
  name!: string;

  @Field(() => SourceKind)
  kind!: string;

  @Field(() => SourceMaskingType, {
    nullable: true,
    description: 'What of its messages is masked before anything is stored; null: nothing.',
  })
  masking!: SourceMaskingType | null;

  @Field(() => DateTimeScalar)
  createdAt!: number;
}

/** A file that a source has had. */
@ObjectType('ImportedFile', { description: 'A file that a source has had.' })
export class ImportedFileType {
  @Field(() => String, { description: 'SHA-256 of the file, hex.' })
  sha256!: string;

  @Field(() => Float)
  bytes!: number;

  @Field(() => String, { description: 'Digest of the mapping, with whether people could be made.' })
  mappingDigest!: string;

  @Field(() => Float)
  rows!: number;

  @Field(() => ID)
  runId!: string;
}

/** What came in from a source: received = stored + duplicate + rejected + suppressed + quarantined. */
@ObjectType('LedgerEntry', {
  description: 'What came in from a source: received = stored + duplicate + rejected + suppressed + quarantined.',
})
export class LedgerEntryType {
  sourceId!: string;

  @Field(() => Float)
  received!: number;

  @Field(() => Float)
  stored!: number;

  @Field(() => Float)
  duplicate!: number;

  @Field(() => Float)
  rejected!: number;

  @Field(() => Float)
  suppressed!: number;

  @Field(() => Float)
  quarantined!: number;
}

/** A source just made, with its write key. */
@ObjectType('NewSource', { description: 'A source just made, with its write key.' })
export class NewSourceType {
  @Field(() => SourceType)
  source!: SourceType;

  @Field(() => String, { nullable: true, description: 'Shown once; null when the call repeated an earlier one.' })
  writeKey!: string | null;
}

/** A key just made. */
@ObjectType('NewApiKey', { description: 'A key just made.' })
export class NewApiKeyType {
  @Field(() => ID)
  id!: string;

  @Field(() => String, { nullable: true, description: 'Shown once; null when the call repeated an earlier one.' })
  key!: string | null;
}

/** A key that is good for nothing from now on. */
@ObjectType('RevokedApiKey')
export class RevokedApiKeyType {
  @Field(() => ID)
  id!: string;
}

/** The membership change log. */
@ObjectType('ChangeLog', { description: 'The membership change log.' })
export class ChangeLogType {
  @Field(() => CursorScalar, { description: 'The present end: a subscription from here sees all that comes later.' })
  head!: string;
}

/** What a workspace decides for itself; what is absent stays as it is. */
@InputType()
export class WorkspaceSettingsInput {
  @Field(() => String, {
    nullable: true,
    description: 'Of the IANA database. Live segments whose rule names no zone of its own are computed anew.',
  })
  timeZone?: string | null;

  @Field(() => Int, {
    nullable: true,
    description: '1 to 30, for what came before as well; null: as the processes are set.',
  })
  dedupeDays?: number | null;
}

/** From when to when the ledger is added up; what is absent does not narrow. */
@InputType()
export class LedgerRange {
  @Field(() => DateTimeScalar, { nullable: true })
  from?: number | null;

  @Field(() => DateTimeScalar, { nullable: true })
  to?: number | null;
}

export const SourceConnection = connectionOf('Source', SourceType);
export const LedgerConnection = connectionOf('LedgerEntry', LedgerEntryType);

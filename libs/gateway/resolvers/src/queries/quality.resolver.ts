import { Args, Context, Query, Resolver } from '@nestjs/graphql';
import {
  FieldQualityConnection,
  PageArgs,
  RecordQualityConnection,
  type FieldDriftType,
  type FieldQualityType,
  type NumberFiguresType,
  type RecordQualityType,
} from '@kohort/gateway-schema';
import type { QualityFieldRecord, QualityRecordsRecord } from '@kohort/kernel-contracts';
import {
  columnDriftSchema,
  columnFindings,
  columnProfileSchema,
  isPersonal,
  recordFindings,
  recordQualitySchema,
  repeatedValueFindings,
  repeatedValues,
  spanOf,
  type ColumnProfile,
  type Finding,
  type NumberProfile,
} from '@kohort/quality-domain';
import type { GatewayContext } from '../context/gateway-context';
import { connection, pageOf } from '../context/pages';
import { Policy } from '../context/policy';

const TOP_SHOWN = 20;

function figuresOf(numbers: NumberProfile): NumberFiguresType {
  const { min, max, mean, sd, skew, quantiles, byZ, byIqr } = numbers;
  return { min, max, mean, sd, skew, ...quantiles, outliersByZ: byZ?.rows ?? 0, outliersByIqr: byIqr?.rows ?? 0 };
}

/** Not every message has an event's name or both ids: what a source's messages leave open is how messages are. */
const OF_MESSAGES: ReadonlySet<string> = new Set([
  'missing_values',
  'column_empty',
  'column_constant',
  'column_nearly_constant',
]);

function findingsOf({ subject }: QualityFieldRecord, column: ColumnProfile): readonly Finding[] {
  if (subject.kind === 'source') return columnFindings(column).filter(({ code }) => !OF_MESSAGES.has(code));
  const kind = subject.kind === 'trait' ? 'person' : 'message';
  return [...repeatedValueFindings(column, kind), ...columnFindings(column)];
}

const shown = ({ shareOfOne, ...finding }: Finding) => ({ ...finding, share: shareOfOne });

function driftOf(record: QualityFieldRecord): FieldDriftType | null {
  if (record.drift === null) return null;
  const { chiSquare, ...drift } = columnDriftSchema.parse(record.drift);
  return { ...drift, chiSquarePValue: chiSquare?.pValue ?? null, baselineWeek: record.baselineWeek };
}

function fieldOf(record: QualityFieldRecord): FieldQualityType {
  const column = columnProfileSchema.parse(record.profile);
  const span = spanOf(column);
  const figures = column.numbers ?? column.times;
  const repeated = record.subject.kind === 'source' ? null : repeatedValues(column);
  return {
    subject: record.subject.kind,
    key: record.subject.key,
    event: record.subject.event === '' ? null : record.subject.event,
    field: record.field,
    week: record.week,
    at: record.at,
    rows: record.rows,
    type: column.type,
    typeShare: column.typeShareOfOne,
    missing: column.missing.rows,
    missingShare: column.missing.shareOfOne,
    distinct: column.distinct.count,
    distinctIsExact: column.distinct.exact,
    repeated: repeated && repeated.rows,
    repeatedShare: repeated && repeated.rows / column.present,
    isPersonal: isPersonal(column),
    numbers: column.numbers && span === null ? figuresOf(column.numbers) : null,
    histogram: figures && figures.histogram,
    earliest: span?.fromMs ?? null,
    latest: span?.toMs ?? null,
    top: column.top.slice(0, TOP_SHOWN),
    findings: findingsOf(record, column).map(shown),
    drift: driftOf(record),
  };
}

function recordsOf({ subject, quality, gone, ...record }: QualityRecordsRecord): RecordQualityType {
  const parsed = recordQualitySchema.parse(quality);
  const { duplicates, isolated } = parsed;
  const isPeople = subject.kind === 'trait';
  return {
    ...record,
    subject: subject.kind,
    source: isPeople ? null : subject.key,
    event: subject.event === '' ? null : subject.event,
    duplicates: duplicates.repeated,
    duplicateShare: duplicates.compared === 0 ? 0 : duplicates.repeated / duplicates.compared,
    duplicatesAreExact: duplicates.exact,
    isolatedShare: isolated && isolated.found / Math.max(1, isolated.sampled),
    isolatedSample: isolated?.sampled ?? 0,
    isolated: (isolated?.rows ?? [])
      .filter(({ id }) => !gone.includes(id))
      .map(({ id, score, by }) => ({
        ...{ id, score },
        fields: by.map(({ tailShareOfOne, ...field }) => ({ ...field, tailShare: tailShareOfOne })),
      })),
    findings: recordFindings(parsed, isPeople ? 'person' : 'message').map(shown),
  };
}

/** What data is like: the latest weekly profiles of sources and traits. */
@Resolver()
export class QualityResolver {
  @Query(() => FieldQualityConnection, {
    nullable: true,
    description: 'The fields of a source: what all messages have first, then event by event. Null: no such source.',
  })
  @Policy('graphql:read')
  async dataQuality(
    @Args('source', { type: () => String, description: 'Key of the source.' }) source: string,
    @Args('event', { type: () => String, nullable: true, description: 'Narrows to one event.' }) event: string | null,
    @Args({ type: () => PageArgs }) args: PageArgs,
    @Context('gateway') context: GatewayContext,
  ) {
    if (!(await context.reader.sourceByKey(source))) return null;
    return connection(await context.reader.quality.ofSource(source, event ?? null, pageOf(args)), fieldOf);
  }

  @Query(() => RecordQualityConnection, {
    nullable: true,
    description:
      'Repeated and isolated records of a source: of all its messages first, then event by event. Without a source: of people. Null: no such source.',
  })
  @Policy('graphql:read')
  async recordQuality(
    @Args('source', { type: () => String, nullable: true, description: 'Key of the source.' }) source: string | null,
    @Args('event', { type: () => String, nullable: true, description: 'Narrows to one event.' }) event: string | null,
    @Args({ type: () => PageArgs }) args: PageArgs,
    @Context('gateway') context: GatewayContext,
  ) {
    const of = { sourceKey: source ?? null, event: event ?? null };
    if (of.sourceKey !== null && !(await context.reader.sourceByKey(of.sourceKey))) return null;
    return connection(await context.reader.quality.records(of, pageOf(args)), recordsOf);
  }

  @Query(() => FieldQualityConnection, { description: 'People’s traits; nested ones by dotted path.' })
  @Policy('graphql:read')
  async traitQuality(
    @Args('key', { type: () => String, nullable: true, description: 'Narrows to one trait.' }) key: string | null,
    @Args({ type: () => PageArgs }) args: PageArgs,
    @Context('gateway') context: GatewayContext,
  ) {
    return connection(await context.reader.quality.ofTraits(key ?? null, pageOf(args)), fieldOf);
  }
}

import { parse } from 'yaml';
import { readShape } from '@kohort/kernel-contracts';
import { ingestErrors } from '../ingest-errors';
import { mappingSchema, type Condition, type Mapping, type TableMapping, type ValueSpec } from './mapping-schema';

function fieldsOfValue(value: ValueSpec): readonly string[] {
  if ('field' in value) return [value.field];
  if ('sum' in value) return [value.sum];
  if ('countDistinct' in value) return [value.countDistinct];
  return 'list' in value ? Object.values(value.list) : [];
}

interface Use {
  readonly at: string;
  readonly field: string;
}

function usesOf(mapping: TableMapping): Use[] {
  const { message } = mapping;
  const values = (part: 'properties' | 'traits'): Use[] =>
    Object.entries(message[part]).flatMap(([key, value]) =>
      fieldsOfValue(value).map((field) => ({ at: `message.${part}.${key}`, field })),
    );
  const references = (['userId', 'anonymousId', 'messageId', 'timestamp'] as const).flatMap((key) => {
    const reference = message[key];
    return reference ? [{ at: `message.${key}`, field: reference.field }] : [];
  });
  return [
    ...references,
    ...values('properties'),
    ...values('traits'),
    ...Object.entries(message.consent).map(([purpose, { field }]) => ({ at: `message.consent.${purpose}`, field })),
    ...mapping.clean.map((rule, i) => ({ at: `clean.${i}`, field: rule.when.field })),
    ...Object.entries(mapping.derive).flatMap(([key, made]) =>
      made.product.map((field) => ({ at: `derive.${key}`, field })),
    ),
    ...(mapping.group?.by ?? []).map((field) => ({ at: 'group.by', field })),
  ];
}

const NUMBER_TESTS = ['lt', 'lte', 'gt', 'gte'] as const;

function typeIssues(mapping: TableMapping): string[] {
  const isNumber = (field: string): boolean =>
    field in mapping.derive || ['integer', 'decimal'].includes(mapping.fields[field]?.type ?? '');
  const issues: string[] = [];
  const numeric = (at: string, field: string): void => {
    if (!isNumber(field)) issues.push(`${at}: "${field}" is not a number`);
  };
  for (const [key, made] of Object.entries(mapping.derive))
    made.product.forEach((field) => numeric(`derive.${key}`, field));
  const compares = (when: Condition): boolean => NUMBER_TESTS.some((test) => when[test] !== undefined);
  mapping.clean.forEach((rule, i) => compares(rule.when) && numeric(`clean.${i}`, rule.when.field));
  for (const part of ['properties', 'traits'] as const) {
    for (const [key, value] of Object.entries(mapping.message[part])) {
      if ('sum' in value) numeric(`message.${part}.${key}`, value.sum);
    }
  }
  for (const [purpose, { field }] of Object.entries(mapping.message.consent)) {
    if (mapping.fields[field]?.type !== 'boolean')
      issues.push(`message.consent.${purpose}: "${field}" is not a boolean`);
  }
  const { timestamp } = mapping.message;
  if (timestamp && mapping.fields[timestamp.field]?.type !== 'timestamp') {
    issues.push(`message.timestamp: "${timestamp.field}" is not a timestamp`);
  }
  return issues;
}

function removalIssues({ removal, message, group }: TableMapping): string[] {
  if (!removal) return [];
  const unset = removal.traits.filter((key) => !(key in message.traits));
  return [
    ...(removal.event || removal.traits.length > 0 ? [] : ['removal: needs an event, or traits to take back']),
    ...(group ? ['removal: rows that are grouped are no records'] : []),
    ...unset.map((key) => `removal.traits: the message sets no trait "${key}"`),
  ];
}

function issuesOf(mapping: Mapping): string[] {
  if (mapping.format === 'segment') return [];
  const known = new Set([...Object.keys(mapping.fields), ...Object.keys(mapping.derive)]);
  const unknown = usesOf(mapping)
    .filter((use) => !known.has(use.field))
    .map((use) => `${use.at}: there is no field "${use.field}"`);
  const twice = Object.keys(mapping.derive).filter((key) => key in mapping.fields);
  const derived = Object.keys(mapping.derive);
  const early = derived.flatMap((key, i) =>
    (mapping.derive[key]?.product ?? [])
      .filter((factor) => derived.indexOf(factor) >= i)
      .map((factor) => `derive.${key}: "${factor}" must be derived before it`),
  );
  const { message } = mapping;
  return [
    ...unknown,
    ...early,
    ...twice.map((key) => `derive.${key}: the name is taken by a field`),
    ...(message.type === 'track' && !message.event ? ['message.event: a track needs the name of its event'] : []),
    ...(message.userId || message.anonymousId ? [] : ['message: needs userId or anonymousId']),
    ...removalIssues(mapping),
    ...(unknown.length > 0 ? [] : typeIssues(mapping)),
  ];
}

/**
 * Checks a mapping that was given as data.
 *
 * Throws  INGEST_MAPPING_INVALID with every issue and its path
 */
export function mappingFromData(data: unknown): Mapping {
  const parsed = readShape(mappingSchema, data);
  const issues = parsed.success
    ? issuesOf(parsed.data)
    : parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  if (parsed.success && issues.length === 0) return parsed.data;
  throw ingestErrors.INGEST_MAPPING_INVALID({ issues });
}

/**
 * Reads a mapping file.
 *
 * Throws  INGEST_MAPPING_INVALID, also when the text is no YAML
 */
export function parseMapping(yamlText: string): Mapping {
  let data: unknown;
  try {
    data = parse(yamlText, { maxAliasCount: 0, logLevel: 'error' });
  } catch (cause) {
    const reason = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause);
    throw ingestErrors.INGEST_MAPPING_INVALID({ issues: [reason] }, { cause });
  }
  return mappingFromData(data);
}

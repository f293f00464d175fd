import type { JsonObject } from '@kohort/kernel-contracts';
import type { StatementParameters } from '../statement-parameters';
import type { ConditionValue, EventCondition } from './event-formula';
import { valueAt, type RawValue } from './event-value';

const listOf = (value: EventCondition['value']): readonly ConditionValue[] => {
  if (value === undefined) return [];
  return isList(value) ? value : [value];
};
const isList = (value: EventCondition['value']): value is readonly ConditionValue[] => Array.isArray(value);

/** Whether an event's properties pass a test. */
export function passesCondition({ path, op, value }: EventCondition, properties: JsonObject): boolean {
  const found = valueAt(properties, path);
  if (op === 'notExists') return found === undefined;
  if (found === undefined) return false;
  const wanted = listOf(value);
  const [first] = wanted;
  const isAmong = wanted.some((one) => one === found);
  switch (op) {
    case 'exists':
      return true;
    case 'eq':
    case 'in':
      return isAmong;
    case 'neq':
    case 'notIn':
      return !isAmong;
    case 'contains':
      return typeof found === 'string' && typeof first === 'string' && found.includes(first);
    case 'startsWith':
      return typeof found === 'string' && typeof first === 'string' && found.startsWith(first);
  }
  if (typeof found !== 'number' || typeof first !== 'number') return false;
  if (op === 'gt') return found > first;
  if (op === 'gte') return found >= first;
  return op === 'lt' ? found < first : found <= first;
}

const COMPARISON = { gt: '>', gte: '>=', lt: '<', lte: '<=' } as const;

/** The same test as SQL over the property's JSON text. */
export function conditionSql(condition: EventCondition, value: RawValue, parameters: StatementParameters): string {
  const { op } = condition;
  const wanted = listOf(condition.value);
  const equals = (one: ConditionValue): string => {
    if (typeof one === 'boolean') return `${value.raw} = '${String(one)}'`;
    if (typeof one === 'number') return `(${value.isNumber} AND ${value.number} = ${parameters.number(one)})`;
    return `(${value.isText} AND ${value.text} = ${parameters.text(one)})`;
  };
  const among = `(${wanted.map(equals).join(' OR ') || '0'})`;
  const text = (): string => parameters.text(String(wanted[0]));
  switch (op) {
    case 'exists':
      return value.exists;
    case 'notExists':
      return `NOT ${value.exists}`;
    case 'eq':
    case 'in':
      return among;
    case 'neq':
    case 'notIn':
      return `(${value.exists} AND NOT ${among})`;
    case 'contains':
      return `(${value.isText} AND position(${value.text}, ${text()}) > 0)`;
    case 'startsWith':
      return `(${value.isText} AND startsWith(${value.text}, ${text()}))`;
    default:
      return `(${value.isNumber} AND ${value.number} ${COMPARISON[op]} ${parameters.number(Number(wanted[0]))})`;
  }
}

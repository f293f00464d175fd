import type { TimeUnit } from '../time/duration';
import type { NumberOperator } from '../rule/operators';

/** Words with a meaning of their own: a trait or property of that name is written in `…`. */
export const RESERVED: ReadonlySet<string> = new Set(
  `account accounts after ago all and any anniversary anything as at before between bucket by calendar cluster confidence
  consent contains cover did distinct does ends ever exactly exact exists false fewer first for from gap group has if in
  is label last least lifecycle loosely matches more most network none not of or over percent percentile period
  prediction profile ratio relation segment semver sequence session since size sql starts strictly sum than text then
  timezone times time to top trait true value where with within without avg min max slope km node`
    .split(/\s+/)
    .filter((word) => word !== ''),
);

const PLAIN_PATH = /^[\p{L}_$][\p{L}\p{N}_$]*(?:\[\d{1,6}\])*(?:\.[\p{L}_$][\p{L}\p{N}_$]*(?:\[\d{1,6}\])*)*$/u;

/** A path as it is written: bare where that cannot be misread, else in backticks. */
export function writePath(path: string): string {
  if (PLAIN_PATH.test(path) && !RESERVED.has(path)) return path;
  return `\`${path.replace(/[\\`]/gu, '\\$&')}\``;
}

/** Units as one and as many. */
export const UNIT_WORDS: ReadonlyMap<string, TimeUnit> = new Map(
  (['second', 'minute', 'hour', 'day', 'week', 'month', 'quarter', 'year'] as const).flatMap((unit) => [
    [unit, unit],
    [`${unit}s`, unit],
  ]),
);

/** The signs of comparisons, and their operators. */
export const SIGNS: Readonly<Record<string, Exclude<NumberOperator, 'between'>>> = {
  '=': 'eq',
  '!=': 'neq',
  '>': 'gt',
  '>=': 'gte',
  '<': 'lt',
  '<=': 'lte',
};

/** The sign of each operator. */
export const SIGN_OF = { eq: '=', neq: '!=', gt: '>', gte: '>=', lt: '<', lte: '<=' } as const;

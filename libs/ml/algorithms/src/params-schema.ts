import { z } from 'zod';
import { algorithmErrors } from './algorithm-errors';
import { nearestName } from './nearest-name';

/** Parameters of an algorithm: each with its default and a description. */
export type ParamsSchema = z.ZodObject;

/** A whole number with limits, default and what it means. */
export const whole = (min: number, max: number, preset: number, help: string) =>
  z.number().int().min(min).max(max).default(preset).describe(help);

/** A number with limits, default and what it means. */
export const real = (min: number, max: number, preset: number, help: string) =>
  z.number().min(min).max(max).default(preset).describe(help);

/** One of some words. */
export const choice = <const T extends readonly [string, ...string[]]>(words: T, preset: T[number], help: string) =>
  z.enum(words).default(preset).describe(help);

/** Yes or no. */
export const flag = (preset: boolean, help: string) => z.boolean().default(preset).describe(help);

/** A whole number that may be left to the algorithm (null). */
export const wholeOrNull = (min: number, max: number, help: string) =>
  z.number().int().min(min).max(max).nullable().default(null).describe(help);

/** A number that may be left to the algorithm (null). */
export const realOrNull = (min: number, max: number, help: string) =>
  z.number().min(min).max(max).nullable().default(null).describe(help);

/**
 * Reads parameters as a file or a command line gives them, with defaults for what is left out.
 *
 * Throws  ALGORITHM_PARAM naming the parameter; ALGORITHM_PARAM_UNKNOWN with the nearest known name
 */
export function readParams<S extends z.ZodRawShape>(
  algorithm: string,
  schema: z.ZodObject<S>,
  given: Readonly<Record<string, unknown>>,
): z.output<z.ZodObject<S>> {
  const known = Object.keys(schema.shape);
  const unknown = Object.keys(given).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    const nearest = nearestName(unknown, known) ?? null;
    throw algorithmErrors.ALGORITHM_PARAM_UNKNOWN({ algorithm, parameter: unknown.slice(0, 64), nearest });
  }
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const parameter = issue?.path.join('.') ?? '';
  throw algorithmErrors.ALGORITHM_PARAM({ algorithm, parameter, problem: issue?.message ?? 'unreadable' });
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

function valueIn(text: string): unknown {
  if (NUMBER.test(text)) return Number(text);
  if (text === 'true' || text === 'false') return text === 'true';
  return text === 'null' ? null : text;
}

/** Parameters as a command line gives them: numbers, true, false, null, words, and lists of words by commas. */
export function paramsFromText(schema: ParamsSchema, texts: Readonly<Record<string, string>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(texts).map(([name, text]) => {
      const field = schema.shape[name];
      const list = text.split(',').map((word) => word.trim());
      return [name, field && z.safeParse(field, list).success ? list : valueIn(text.trim())];
    }),
  );
}

/** One parameter as it is shown: name, what it is when left out, what it means. */
export interface ParamAccount {
  readonly name: string;
  readonly preset: string;
  readonly help: string;
}

/** The parameters of an algorithm in the order they were declared. */
export function accountOfParams(schema: ParamsSchema): ParamAccount[] {
  const presets: Readonly<Record<string, unknown>> = schema.parse({});
  return Object.entries(schema.shape).map(([name, field]) => ({
    name,
    preset: presets[name] === null ? 'chosen' : String(presets[name]),
    help: z.globalRegistry.get(field)?.description ?? '',
  }));
}

import { mlErrors } from './ml-errors';

/** The limits of one parameter, as data: checked by `checkParams`, shown by forms and documentation. */
export type ParamLimit =
  | {
      readonly kind: 'number';
      readonly min: number;
      readonly max: number;
      readonly integer: boolean;
      /** What one step of the value is: "clusters", "squared feature units", "share of one". */
      readonly unit: string;
      readonly help: string;
    }
  | { readonly kind: 'choice'; readonly allowed: readonly string[]; readonly help: string }
  | { readonly kind: 'flag'; readonly help: string };

export type ParamLimits<P> = { readonly [K in keyof P]-?: ParamLimit };

function demand(limit: ParamLimit, value: unknown): string | undefined {
  if (limit.kind === 'flag') return typeof value === 'boolean' ? undefined : 'true or false';
  if (limit.kind === 'choice') {
    return typeof value === 'string' && limit.allowed.includes(value)
      ? undefined
      : `one of ${limit.allowed.join(', ')}`;
  }
  const wanted = `${limit.integer ? 'an integer' : 'a number'} from ${limit.min} to ${limit.max} (${limit.unit})`;
  if (typeof value !== 'number' || !(value >= limit.min) || !(value <= limit.max)) return wanted;
  return limit.integer && !Number.isInteger(value) ? wanted : undefined;
}

/**
 * Holds parameters against their limits; names without a limit are left alone.
 *
 * Throws  ML_PARAM naming the first parameter outside its limits
 */
export function checkParams<P extends object>(estimator: string, params: P, limits: Partial<ParamLimits<P>>): void {
  const entries: [string, ParamLimit | undefined][] = Object.entries(limits);
  for (const [parameter, limit] of entries) {
    const must = limit && demand(limit, Reflect.get(params, parameter));
    if (must !== undefined) throw mlErrors.ML_PARAM({ estimator, parameter, must });
  }
}

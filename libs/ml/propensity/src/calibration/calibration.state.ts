import { z } from 'zod';
import { propensityErrors } from '../propensity-errors';

const calibrationSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('none') }),
  /** p = 1 / (1 + exp(−(slope·margin + offset))) */
  z.object({ kind: z.literal('platt'), slope: z.number(), offset: z.number() }),
  /** Linear between the points, level beyond both ends. */
  z
    .object({
      kind: z.literal('isotonic'),
      margins: z.array(z.number()).min(1),
      rates: z.array(z.number().min(0).max(1)),
    })
    .refine(({ margins, rates }) => margins.length === rates.length, 'margins and rates must be equally many'),
]);

/** How margins (log-odds) become probabilities. Plain data. */
export type Calibration = Readonly<z.infer<typeof calibrationSchema>>;
export type CalibrationKind = Calibration['kind'];
export type PlattCalibration = Extract<Calibration, { kind: 'platt' }>;
export type IsotonicCalibration = Extract<Calibration, { kind: 'isotonic' }>;

/** Reads a stored calibration. Throws PROPENSITY_STATE_INVALID. */
export function parseCalibration(stored: unknown): Calibration {
  const parsed = calibrationSchema.safeParse(stored);
  if (parsed.success) return parsed.data;
  throw propensityErrors.PROPENSITY_STATE_INVALID({ what: 'calibration', reason: z.prettifyError(parsed.error) });
}

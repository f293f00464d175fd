/**
 * The kernels of `assembly/powers.ts` in plain TypeScript, operation by operation: what small inputs take, and the oracle
 * of the kernels, equal bit for bit. Not exported by the package.
 */

const LN2_HIGH = 6.9314718036912382e-1;
const LN2_LOW = 1.9082149292705877e-10;
/** Adding it rounds to an integer, which then stands in the low bits. */
const SHIFT = 6755399441055744;
const MOST = 709.4;

const ODD = [
  1.6059043836821613e-10, 2.505210838544172e-8, 2.7557319223985893e-6, 1.984126984126984e-4, 8.333333333333333e-3,
  1.6666666666666666e-1,
];
const EVEN = [
  2.08767569878681e-9, 2.755731922398589e-7, 2.48015873015873e-5, 1.388888888888889e-3, 4.1666666666666664e-2, 0.5,
];
const LOG = [
  1.479819860511658591e-1, 1.531383769920937332e-1, 1.818357216161805012e-1, 2.222219843214978396e-1,
  2.857142874366239149e-1, 3.999999999940941908e-1, 6.66666666666673513e-1,
];

const bits = new DataView(new ArrayBuffer(8));

function polynomial(terms: readonly number[], z: number): number {
  let sum = terms[0] as number;
  for (let i = 1; i < terms.length; i += 1) sum = sum * z + (terms[i] as number);
  return sum;
}

/** 2^k for a normal number. */
function powerOfTwo(k: number): number {
  bits.setInt32(0, (k + 1023) << 20);
  bits.setInt32(4, 0);
  return bits.getFloat64(0);
}

/** e^y − 1. */
export function expm1Twin(y: number): number {
  if (y > MOST) return Infinity;
  const kept = y > -60 ? y : -60;
  const k = kept * 1.4426950408889634 + SHIFT - SHIFT;
  const r = kept - k * LN2_HIGH - k * LN2_LOW;
  const z = r * r;
  const small = r + z * (polynomial(EVEN, z) + r * polynomial(ODD, z));
  const scale = powerOfTwo(k);
  return scale * small + (scale - 1);
}

/** log(1 + x) for x of at least 0. */
export function log1pTwin(x: number): number {
  const u = 1 + x;
  const lost = (x < 1 ? x - (u - 1) : 1 - (u - x)) / u;
  bits.setFloat64(0, u);
  const high = bits.getInt32(0);
  const k = (high - 0x3fe6a09e) >>> 20;
  bits.setInt32(0, high - (k << 20));
  const f = bits.getFloat64(0) - 1;
  const s = f / (2 + f);
  const z = s * s;
  const rest = polynomial(LOG, z) * z;
  const half = 0.5 * (f * f);
  const inner = half - (s * (half + rest) + (k * LN2_LOW + lost));
  return k * LN2_HIGH + (f - inner);
}

/** (e^(power · log) − 1) / power; the logarithm itself where the power is 0. */
export function poweredTwin(log: number, power: number): number {
  return power === 0 ? log : expm1Twin(power * log) / power;
}

/** The Yeo-Johnson transform of one number; NaN stays NaN. */
export function yeoJohnsonTwin(lambda: number, value: number): number {
  if (Number.isNaN(value)) return NaN;
  const log = log1pTwin(Math.abs(value));
  return value < 0 ? -poweredTwin(log, 2 - lambda) : poweredTwin(log, lambda);
}

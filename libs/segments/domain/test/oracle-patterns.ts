import {
  lookUp,
  compare,
  eventsOf,
  inWindow,
  isSelected,
  selected,
  teachOracle,
  textOrder,
  type Leaf,
  type Loose,
  type RawEvent,
} from './oracle';
import { move, wallOf, type OracleDuration } from './oracle-time';

/** The oracle's aggregates, sequences, frequencies and lifecycles. */

type Context = Parameters<Leaf>[1];

/** A number's shortest text in units of 10⁻⁹, half to even. */
function nanos(value: number): bigint {
  const [mantissa = '0', exponent = '0'] = String(Math.abs(value)).split('e');
  const [whole = '0', fraction = ''] = mantissa.split('.');
  const shift = 9 + Number(exponent) - fraction.length;
  const digits = BigInt(whole + fraction);
  let result = shift >= 0 ? digits * 10n ** BigInt(shift) : digits / 10n ** BigInt(-shift);
  if (shift < 0) {
    const unit = 10n ** BigInt(-shift);
    const rest = (digits % unit) * 2n;
    if (rest > unit || (rest === unit && result % 2n === 1n)) result += 1n;
  }
  return value < 0 ? -result : result;
}

/** sign of a / count − bound, in integers. */
function against(a: bigint, count: number, bound: number): number {
  const [mantissa = '0', exponent = '0'] = String(bound).split('e');
  const decimals = (mantissa.split('.')[1] ?? '').length;
  const scale = decimals - Number(exponent);
  const digits = BigInt(mantissa.replace('.', ''));
  const up = 10n ** BigInt(Math.max(0, scale));
  const right = digits * 10n ** BigInt(Math.max(0, -scale)) * BigInt(count) * 10n ** 9n;
  const d = a * up - right;
  return d > 0n ? 1 : d < 0n ? -1 : 0;
}

function signs(op: string, sign: (bound: number) => number, value: unknown): boolean {
  const [low, high] = Array.isArray(value) ? (value as number[]) : [value as number, value as number];
  const s = sign(low ?? 0);
  const table: Record<string, boolean> = {
    eq: s === 0,
    neq: s !== 0,
    gt: s > 0,
    gte: s >= 0,
    lt: s < 0,
    lte: s <= 0,
    between: s >= 0 && sign(high ?? 0) <= 0,
  };
  return table[op] ?? false;
}

const aggregateLeaf: Leaf = (body, context) => {
  const { event, fn, property, op, value, window, p } = body as unknown as {
    event: Loose;
    fn: string;
    property: string;
    op: string;
    value: unknown;
    window: unknown;
    p: number;
  };
  const events = selected(event, window, context);
  const values = events.map((e) => lookUp(e.properties, property ?? '')).filter((v) => v !== undefined);
  const numbers = values.filter((v) => typeof v === 'number');
  const total = numbers.reduce((sum, v) => sum + nanos(v), 0n);
  const plain = (actual: number | undefined): boolean =>
    actual !== undefined && signs(op, (bound) => Math.sign(actual - bound), value);
  switch (fn) {
    case 'sum':
      return signs(op, (bound) => against(total, 1, bound), value);
    case 'avg':
      return numbers.length > 0 && signs(op, (bound) => against(total, numbers.length, bound), value);
    case 'min':
      return plain(numbers.length > 0 ? Math.min(...numbers) : undefined);
    case 'max':
      return plain(numbers.length > 0 ? Math.max(...numbers) : undefined);
    case 'distinct':
      return plain(new Set(values.map((v) => JSON.stringify(v))).size);
    case 'distinctDays':
      return plain(new Set(events.map((e) => Math.floor(wallOf(e.time, context.zone) / 86_400_000))).size);
    case 'first':
    case 'last': {
      const found = values.at(fn === 'first' ? 0 : -1);
      if (found === undefined || typeof found === 'object') return false;
      if (typeof value !== 'number' && !Array.isArray(value)) return (found === value) === (op === 'eq');
      return typeof found === 'number' ? plain(found) : op === 'neq';
    }
    case 'percentile': {
      const sorted = [...numbers].sort((a, b) => a - b);
      // Nearest rank: the first value with at least p percent of all at or below it.
      return plain(sorted.find((_, i) => (i + 1) * 100 >= p * sorted.length));
    }
    default: {
      const points = events.flatMap((e) => {
        const y = lookUp(e.properties, property);
        return typeof y === 'number' ? [{ x: e.time / 86_400_000, y }] : [];
      });
      if (new Set(points.map(({ x }) => x)).size < 2) return false;
      const mean = (f: (point: { x: number; y: number }) => number): number =>
        points.reduce((s, q) => s + f(q), 0) / points.length;
      const mx = mean((q) => q.x);
      return plain(mean((q) => (q.x - mx) * q.y) / mean((q) => (q.x - mx) ** 2));
    }
  }
};

interface Step {
  as?: string;
  event: Loose;
  gap?: { min?: OracleDuration; max?: OracleDuration };
}
interface Without {
  event: Loose;
  after: string;
  before?: string;
  within?: OracleDuration;
}

const ms = (duration: OracleDuration): number => move(0, duration, 1, 'UTC');

function refsHold(selection: Loose, event: RawEvent, bound: Map<string, RawEvent>, context: Context): boolean {
  const { where } = selection as unknown as { where?: { path: string; op: string; ref?: string }[] };
  return (where ?? []).every(({ path, op, ref }) => {
    if (ref === undefined) return true;
    const dot = ref.indexOf('.');
    const other = bound.get(ref.slice(0, dot));
    return (
      other !== undefined &&
      compare(op, lookUp(event.properties, path), lookUp(other.properties, ref.slice(dot + 1)), context)
    );
  });
}

/** Tries every chain of events there is. */
const sequenceLeaf: Leaf = (body, context) => {
  const { steps, without, keyBy, order, window } = body as unknown as {
    steps: Step[];
    without?: Without[];
    keyBy?: string;
    order?: string;
    window: Parameters<typeof inWindow>[1];
  };
  const all = eventsOf(context);
  const isAfter = (a: RawEvent, b: RawEvent): boolean =>
    a.time > b.time || (a.time === b.time && textOrder(a.id, b.id) > 0);
  const isClean = (chain: RawEvent[]): boolean => {
    const bound = new Map(chain.map((event, i) => [steps[i]?.as ?? `step${i + 1}`, event]));
    return (without ?? []).every((rule) => {
      const from = bound.get(rule.after);
      const to = rule.before === undefined ? undefined : bound.get(rule.before);
      if (from === undefined) return false;
      const until = from.time + (rule.within === undefined ? 0 : ms(rule.within));
      if (rule.within !== undefined && context.now < until) return false;
      return !all.some((e) => {
        const isThere = to === undefined ? e.time > from.time && e.time <= until : isAfter(e, from) && isAfter(to, e);
        return isThere && isSelected(e, rule.event, context) && refsHold(rule.event, e, bound, context);
      });
    });
  };
  const extend = (chain: RawEvent[]): boolean => {
    const step = steps[chain.length];
    if (step === undefined) return isClean(chain);
    const previous = chain.at(-1);
    return all.some((e) => {
      if (!isSelected(e, step.event, context) || !inWindow(e.time, window, context)) return false;
      const bound = new Map(chain.map((event, i) => [steps[i]?.as ?? `step${i + 1}`, event]));
      if (!refsHold(step.event, e, bound, context)) return false;
      if (keyBy !== undefined) {
        const key = lookUp(e.properties, keyBy);
        if (key === undefined) return false;
        const [first] = chain;
        if (first !== undefined && JSON.stringify(lookUp(first.properties, keyBy)) !== JSON.stringify(key))
          return false;
      }
      if (previous !== undefined) {
        const gap = e.time - previous.time;
        if (!isAfter(e, previous)) return false;
        if (gap < (step.gap?.min ? ms(step.gap.min) : 0) || gap > (step.gap?.max ? ms(step.gap.max) : Infinity))
          return false;
        if (order === 'strict' && all.some((between) => isAfter(between, previous) && isAfter(e, between)))
          return false;
      }
      return extend([...chain, e]);
    });
  };
  return extend([]);
};

const frequencyLeaf: Leaf = (body, context) => {
  const { a, b, op, ratio, window } = body as unknown as {
    a: Loose;
    b: Loose;
    op: string;
    ratio: unknown;
    window: unknown;
  };
  const [x, y] = [selected(a, window, context).length, selected(b, window, context).length];
  return y > 0 && signs(op, (bound) => against(BigInt(x) * 10n ** 9n, y, bound), ratio);
};

const lifecycleLeaf: Leaf = (body, context) => {
  const { state, event, period } = body as unknown as { state: string; event: Loose; period: OracleDuration };
  const has = (from: OracleDuration | null, to: OracleDuration | null): boolean =>
    selected(event, undefined, context).some(
      (e) =>
        (from === null || e.time > move(context.now, from, -1, context.zone)) &&
        (to === null || e.time <= move(context.now, to, -1, context.zone)),
    );
  const twice = { ...period, n: period.n * 2 };
  const [current, previous, before] = [has(period, null), has(twice, period), has(null, twice)];
  const table: Record<string, boolean> = {
    new: current && !previous && !before,
    regular: current && previous,
    resurrected: current && !previous && before,
    stopped: previous && !current,
  };
  return table[state] ?? false;
};

/** Teaches the oracle the nodes that look at patterns of events. */
export function teachPatterns(): void {
  teachOracle('aggregate', aggregateLeaf);
  teachOracle('sequence', sequenceLeaf);
  teachOracle('frequency', frequencyLeaf);
  teachOracle('lifecycle', lifecycleLeaf);
}

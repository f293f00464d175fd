import { isAppError } from '@kohort/kernel-errors';
import { seededRandom } from '@kohort/kernel-clock-random';
import type { Json, JsonObject, PlanCheck } from '@kohort/kernel-contracts';
import { compilePlan } from '../src/plans/compile-plan';
import { parsePlan, planFromData } from '../src/plans/parse-plan';
import { FORMATS } from '../src/plans/formats';
import { JSON_TYPES } from '../src/plans/plan.schema';

const random = seededRandom(20261121);
const upTo = (n: number): number => Math.floor(random.next() * n);
const pick = <T>(list: readonly T[]): T => list[upTo(list.length)] as T;

const TEXTS = [
  '',
  'a',
  'Order',
  '2026-05-14',
  'x@y.z',
  '\0',
  '\ud800',
  '__proto__',
  'constructor',
  '\u202e',
  '💥',
  '1e400',
];
const KEYS = [
  'a',
  'b',
  'total',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  '',
  '~1/~0',
  'length',
  '$ref',
  'é',
];
const PATTERNS = [
  '^a+$',
  '(a+)+$',
  '[',
  '(?=x)',
  '\\1',
  'x{1000}',
  'x{1001}',
  '((((((a?){9}){9}){9})))',
  '\\p{L}',
  '.*.*.*=.*',
];

function value(depth: number): Json {
  const kind = upTo(depth > 4 ? 5 : 7);
  if (kind === 0) return null;
  if (kind === 1) return random.next() < 0.5;
  if (kind === 2) return pick([0, -0, 1, -1.5, 1e308, 5e-324, 2 ** 53, 1e21]);
  if (kind < 5) return pick(TEXTS);
  if (kind === 5) return Array.from({ length: upTo(5) }, () => value(depth + 1));
  return JSON.parse(JSON.stringify(bag(() => value(depth + 1)))) as JsonObject;
}

/** Members as JSON.parse makes them: `__proto__` is an own property. */
function bag(inner: () => unknown): Record<string, unknown> {
  const made: Record<string, unknown> = {};
  for (let i = upTo(5); i > 0; i -= 1) {
    Object.defineProperty(made, pick(KEYS), { value: inner(), enumerable: true, configurable: true, writable: true });
  }
  return made;
}

function schema(depth: number): unknown {
  if (depth > 5) return {};
  if (random.next() < 0.04) return value(3);
  const node: Record<string, unknown> = {};
  if (random.next() < 0.9) node['type'] = random.next() < 0.7 ? pick(JSON_TYPES) : [pick(JSON_TYPES), pick(JSON_TYPES)];
  const type = node['type'];
  const add = (key: string, made: unknown, chance = 0.4): void => {
    if (random.next() < chance) node[key] = made;
  };
  const odd = random.next() < 0.1;
  if (type === 'object' || odd) {
    add(
      'properties',
      bag(() => schema(depth + 1)),
      0.8,
    );
    add(
      'required',
      Array.from({ length: upTo(4) }, () => pick(KEYS)),
    );
    add('additionalProperties', random.next() < 0.5 ? random.next() < 0.5 : schema(depth + 1));
  }
  if (type === 'array' || odd) {
    add('items', schema(depth + 1), 0.8);
    add('maxItems', pick([0, 3, -1, 1.5, 1e9]));
  }
  if (type === 'string' || odd) {
    add('pattern', pick(PATTERNS));
    add('format', pick([...FORMATS, 'regex', 'x']));
    add('minLength', pick([0, 2, 1e12, null]));
  }
  if (type === 'number' || odd) {
    add('minimum', pick([0, -5, 1e308, 'low']));
    add('exclusiveMaximum', pick([10, 1, null]));
  }
  add(
    'enum',
    Array.from({ length: upTo(4) }, () => value(4)),
    0.1,
  );
  add(pick(['$ref', '$id', '$async', '$defs', 'not', 'if', 'const', 'nullable']), value(4), 0.05);
  return node;
}

const planText = (): string =>
  JSON.stringify({
    name: 'n',
    unplannedEvents: pick(['block', 'flag', 'pass', 'explode']),
    events: bag(() => ({ schema: schema(0), ...(random.next() < 0.1 ? { actions: value(3) } : {}) })),
    ...(random.next() < 0.3 ? { identify: { schema: schema(0) } } : {}),
    ...(random.next() < 0.1 ? { [pick(KEYS)]: value(2) } : {}),
  });

function broken(text: string): string {
  const at = upTo(text.length);
  const cut = pick([
    '',
    '&a ',
    '*a',
    '"',
    '{',
    '\t',
    '\n- ',
    ': ',
    '!!js/function ',
    '<<: ',
    '\u0000',
    '#',
    '%YAML 9\n',
  ]);
  return text.slice(0, at) + cut + text.slice(at + upTo(4));
}

/** Answers the plan's check, null when it was refused in the one way that is allowed. */
function tried(text: string): PlanCheck | null {
  try {
    return compilePlan(parsePlan(text), { planId: 'p', planVersion: 1 });
  } catch (thrown) {
    if (isAppError(thrown) && thrown.code === 'PLAN_INVALID') return null;
    throw thrown;
  }
}

const event = (name: string, properties: JsonObject) => ({
  type: 'track' as const,
  name,
  properties,
  traits: properties,
});

/** Throws on anything but a plan or a refusal with its reason. Answers how many were accepted and refused. */
export function fuzzPlans(count: number): { readonly accepted: number; readonly refused: number } {
  let [accepted, refused] = [0, 0];
  for (let i = 0; i < count; i += 1) {
    const check = tried(i % 3 === 0 ? broken(planText()) : planText());
    if (check === null) refused += 1;
    else {
      accepted += 1;
      check(event(pick(KEYS), bag(() => value(1)) as JsonObject));
    }
  }
  return { accepted, refused };
}

function somePlan(): PlanCheck {
  for (;;) {
    const check = tried(planText());
    if (check) return check;
  }
}

/** Throws on anything but a verdict with pointers. Answers in how many messages something was found. */
export function fuzzMessages(count: number): number {
  const checks = Array.from({ length: 12 }, somePlan);
  const full = compilePlan(
    planFromData({
      unplannedEvents: 'block',
      events: {
        a: { schema: { properties: { a: { type: 'array', items: { type: 'number' } }, b: { enum: [1, 'x'] } } } },
      },
    }),
    { planId: 'p', planVersion: 1 },
  );
  let found = 0;
  for (let i = 0; i < count; i += 1) {
    const check = i % 2 === 0 ? full : pick(checks);
    const verdict = check(event(pick(KEYS), JSON.parse(JSON.stringify(bag(() => value(0)))) as JsonObject));
    if (verdict === null) continue;
    found += 1;
    const { length } = verdict.violations;
    const pointed = verdict.violations.every(({ path }) => path.startsWith('/'));
    if (length === 0 || length > 20 || !pointed) throw new TypeError('a verdict without its pointers');
  }
  return found;
}

import fc from 'fast-check';
import {
  duration,
  EVENT_NAMES,
  fixedDuration,
  instantNear,
  lastBuilt,
  number,
  PHRASES,
  text,
  TRAIT_KEYS,
} from './history-arbitraries';

/** Random rules as JSON, in the words that the random histories use. */

type Node = Record<string, unknown>;
export interface RuleContext {
  readonly now: number;
  readonly zone: string;
}

const phrase = fc.constantFrom(...PHRASES);
const scalar = fc.oneof(text, number, fc.boolean());
const numberTest = fc.oneof(
  fc.record({ op: fc.constantFrom('eq', 'neq', 'gt', 'gte', 'lt', 'lte'), n: fc.integer({ min: 0, max: 3 }) }),
  fc.constantFrom([0, 1], [1, 2], [2, 1]).map((n) => ({ op: 'between', n })),
);
const isoAt = lastBuilt((now, zone) => instantNear(now, zone).map((t) => new Date(t).toISOString()));
const iso = ({ now, zone }: RuleContext): fc.Arbitrary<string> => isoAt(now, zone);

const of = (ops: readonly string[], value: fc.Arbitrary<unknown>): fc.Arbitrary<Node> =>
  fc.record({ op: fc.constantFrom(...ops), value });
/** Operators whose operands know no time, in front of `before` and behind it. */
const COMPARISONS = [
  fc.constantFrom('exists', 'notExists', 'isTrue', 'isFalse', 'anniversary').map((op): Node => ({ op })),
  of(['eq', 'neq'], scalar),
  of(
    ['in', 'notIn'],
    fc.oneof(fc.array(text, { minLength: 1, maxLength: 3 }), fc.array(number, { minLength: 1, maxLength: 3 })),
  ),
  of(['gt', 'gte', 'lt', 'lte'], fc.oneof(text, number)),
  of(['between'], fc.oneof(fc.tuple(number, number), fc.tuple(text, text))),
  of(['contains', 'notContains', 'startsWith', 'endsWith'], text),
  of(['matches'], fc.constantFrom('^p', 'o$', 'p.o', '^$', 'line.break', 'é', '^.$', '[0-9]+', 'pro|free')),
];
const MORE_COMPARISONS = [
  of(['withinLast', 'notWithinLast', 'withinNext'], duration),
  of(['anniversary'], fc.constantFrom({ n: 0, unit: 'day' }, { n: 7, unit: 'day' })),
  of(['arrayAny', 'arrayAll', 'arrayNone'], fc.oneof(scalar, fc.array(scalar, { minLength: 1, maxLength: 2 }))),
  of(['arraySize'], fc.oneof(fc.integer({ min: 0, max: 3 }), numberTest)),
  of(['wordsAny', 'wordsAll', 'wordsNone'], fc.oneof(phrase, fc.array(phrase, { minLength: 1, maxLength: 3 }))),
  of(
    ['wordsNear'],
    fc.record({ words: fc.array(phrase, { minLength: 2, maxLength: 3 }), within: fc.integer({ min: 2, max: 6 }) }),
  ),
  of(['semver'], fc.constantFrom('>=1.2.0 <2.0.0', '>=1.3.0 <1.11.0')),
  of(['cidr'], fc.constantFrom('10.0.0.0/8', '10.1.2.0/30', ['192.168.0.0/16', '0.0.0.0/0'])),
  of(
    ['geoWithin'],
    fc.constantFrom(
      { center: { lat: 52.52, lon: 13.405 }, radiusKm: 20 },
      { center: { lat: 50, lon: 12 }, radiusKm: 300 },
    ),
  ),
];

const comparisonAt = lastBuilt((now, zone) => {
  const instant = isoAt(now, zone);
  const day = instant.map((text) => text.slice(0, 10));
  return fc.oneof(...COMPARISONS, of(['before', 'after'], fc.oneof(instant, day)), ...MORE_COMPARISONS);
});

/** An operator with an operand that fits it. */
export const comparison = ({ now, zone }: RuleContext): fc.Arbitrary<Node> => comparisonAt(now, zone);

const traitPath = fc.oneof(
  fc.constantFrom(...TRAIT_KEYS),
  fc.constantFrom('plan.a', 'age.b[0]', 'tags[0]', 'tags[1]', 'plan.b', 'since.lat'),
);
const propertyPath = fc.constantFrom('p', 'q', 'when', 'p.a', 'p[0]', 'p.b[1]', 'none');

const REF_OPS = [
  ...['eq', 'neq', 'gt', 'gte', 'lt', 'lte'],
  ...['contains', 'notContains', 'startsWith', 'endsWith', 'before', 'after'],
];
const byRef = fc.record({ op: fc.constantFrom(...REF_OPS), ref: traitPath });

function traitNode(context: RuleContext): fc.Arbitrary<Node> {
  const when = fc.oneof(
    { weight: 4, arbitrary: fc.constant({}) },
    { weight: 1, arbitrary: fc.constant({ ever: true }) },
    { weight: 1, arbitrary: iso(context).map((asOf) => ({ asOf })) },
  );
  const right = fc.oneof({ weight: 5, arbitrary: comparison(context) }, { weight: 1, arbitrary: byRef });
  return fc.tuple(traitPath, right, when).map(([path, op, at]) => ({ trait: { path, ...op, ...at } }));
}

const eventName = fc.oneof(fc.constantFrom(...EVENT_NAMES), fc.subarray(EVENT_NAMES, { minLength: 1 }));
const selectionAt = lastBuilt<Node>((now, zone) => {
  const where = fc.tuple(propertyPath, comparisonAt(now, zone)).map(([path, op]) => ({ path, ...op }));
  return fc.record(
    {
      name: eventName,
      where: fc.oneof(
        { weight: 5, arbitrary: fc.constant([]) },
        { weight: 2, arbitrary: fc.array(where, { minLength: 1, maxLength: 2 }) },
      ),
    },
    { requiredKeys: [] },
  );
});
export const selection = ({ now, zone }: RuleContext): fc.Arbitrary<Node> => selectionAt(now, zone);

const windowAt = lastBuilt<Node>((now, zone) => {
  const instant = isoAt(now, zone);
  return fc.oneof(
    { weight: 4, arbitrary: duration.map((last) => ({ last })) },
    { weight: 2, arbitrary: fc.record({ between: fc.record({ from: duration, to: duration }) }) },
    { weight: 1, arbitrary: instant.map((since) => ({ since })) },
    { weight: 1, arbitrary: instant.map((before) => ({ before })) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(instant, instant)
        .map(([a, b]) => ({ absolute: a < b ? { from: a, to: b } : { from: b, to: a } })),
    },
    { weight: 1, arbitrary: fixedDuration.map((gap) => ({ session: { gap } })) },
    { weight: 1, arbitrary: duration.map((withinFirst) => ({ withinFirst })) },
  );
});
export const windowOf = ({ now, zone }: RuleContext): fc.Arbitrary<Node> => windowAt(now, zone);

const maybe = (key: string, arbitrary: fc.Arbitrary<unknown>): fc.Arbitrary<Node> =>
  fc.option(arbitrary, { nil: undefined }).map((value) => (value === undefined ? {} : { [key]: value }));

const mostly = (key: string, arbitrary: fc.Arbitrary<unknown>): fc.Arbitrary<Node> =>
  fc.option(arbitrary, { nil: undefined, freq: 8 }).map((value) => (value === undefined ? {} : { [key]: value }));

function eventNode(context: RuleContext): fc.Arbitrary<Node> {
  return fc
    .tuple(selection(context), maybe('count', numberTest), mostly('window', windowOf(context)))
    .map((parts) => ({ event: Object.assign({}, ...parts) as Node }));
}

const fixedNodes: fc.Arbitrary<Node> = fc.oneof(
  fc.boolean().map((is) => ({ segment: { key: 'vip', is } })),
  fc
    .tuple(
      fc.constantFrom('probability', 'percentile'),
      fc.constantFrom('gte', 'lt', 'neq'),
      fc.constantFrom(0, 0.25, 25, 90),
    )
    .map(([measure, op, value]) => ({ prediction: { model: 'm', measure, op, value } })),
  fc.constantFrom('email', 'sms').map((purpose) => ({ consent: { purpose } })),
  fc
    .tuple(
      fc.constantFrom(...TRAIT_KEYS),
      fc.constantFrom({ sentiment: 'positive' }, { sentiment: 'neutral' }, { topic: 'price' }),
      fc.constantFrom({}, { op: 'neq' }, { op: 'eq' }),
    )
    .map(([trait, what, op]) => ({ text: { trait, ...what, ...op } })),
  maybe('minConfidence', fc.constantFrom(0.5, 0.6)).map((more) => ({
    cluster: { model: 'm', in: ['loyal', 'x'], ...more },
  })),
);

/** Leaves that set SQL answers too. */
export function setLeaf(context: RuleContext): fc.Arbitrary<Node> {
  return fc.oneof(
    { weight: 4, arbitrary: traitNode(context) },
    { weight: 8, arbitrary: eventNode(context) },
    { weight: 2, arbitrary: fixedNodes },
  );
}

/** Leaves that compare counts, or draw a share: set SQL answers them as well. */
export function countingLeaf(context: RuleContext): fc.Arbitrary<Node> {
  const frequency = fc
    .tuple(
      selection(context),
      selection(context),
      fc.constantFrom('eq', 'gt', 'gte', 'lt', 'neq'),
      fc.constantFrom(0, 0.2, 0.5, 1, 2),
      maybe('window', windowOf(context)),
    )
    .map(([a, b, op, ratio, window]) => ({ frequency: { a, b, op, ratio, ...window } }));
  const lifecycle = fc
    .tuple(fc.constantFrom('new', 'regular', 'stopped', 'resurrected'), selection(context), duration)
    .map(([state, event, period]) => ({ lifecycle: { state, event, period } }));
  const bucket = fc.constantFrom(0, 3000).map((from) => ({ bucket: { salt: 's', from, to: 6000 } }));
  return fc.oneof(
    { weight: 2, arbitrary: frequency },
    { weight: 3, arbitrary: lifecycle },
    { weight: 1, arbitrary: bucket },
  );
}

/** Leaves that compare a number, or the first or last value, over events. */
export function aggregateLeaf(context: RuleContext): fc.Arbitrary<Node> {
  const fns = fc.constantFrom(
    'sum',
    'avg',
    'min',
    'max',
    'distinct',
    'distinctDays',
    'first',
    'last',
    'percentile',
    'slope',
  );
  const aggregate = fc
    .tuple(
      selection(context),
      fns,
      fc.constantFrom('p', 'q'),
      fc.constantFrom('eq', 'gt', 'gte', 'lte', 'neq'),
      number,
      maybe('window', windowOf(context)),
      fc.constantFrom(1, 12.5, 33.3, 50, 66.7, 99, 100),
    )
    .map(([event, fn, property, op, value, window, p]) => ({
      aggregate: { event, fn, property, op, value, ...window, ...(fn === 'percentile' ? { p } : {}) },
    }));
  const edge = fc
    .tuple(selection(context), fc.constantFrom('first', 'last'), fc.constantFrom('eq', 'neq'), text)
    .map(([event, fn, op, value]) => ({ aggregate: { event, fn, property: 'q', op, value } }));
  return fc.oneof({ weight: 4, arbitrary: aggregate }, { weight: 1, arbitrary: edge });
}

/** Leaves that look at patterns of events. */
export function patternLeaf(context: RuleContext): fc.Arbitrary<Node> {
  return fc.oneof(
    { weight: 5, arbitrary: aggregateLeaf(context) },
    { weight: 5, arbitrary: countingLeaf(context) },
    { weight: 5, arbitrary: sequenceNode(context) },
  );
}

const STEP_REFS = ['eq', 'eq', 'eq', 'neq', 'gt', 'gte', 'lte', 'contains', 'startsWith', 'before', 'after'];

/** A comparison with a step from `first` to `last`: most often of equality, and with the last of them. */
function refTo(first: number, last: number): fc.Arbitrary<Node> {
  return fc
    .tuple(
      fc.constantFrom(...STEP_REFS),
      fc.oneof(
        { weight: 3, arbitrary: fc.constant(last) },
        { weight: 1, arbitrary: fc.integer({ min: first, max: last }) },
      ),
      fc.constantFrom('q', 'q', 'p', 'when', 'p.a'),
      fc.constantFrom('q', 'q', 'p', 'when'),
    )
    .map(([op, step, own, other]) =>
      op === 'before' || op === 'after'
        ? { path: 'when', op, ref: `s${step}.when` }
        : { path: own, op, ref: `s${step}.${other}` },
    );
}

/** Sequences of every shape. */
export function sequenceNode(context: RuleContext): fc.Arbitrary<Node> {
  const gap = fc.record({ min: fixedDuration, max: fixedDuration }, { requiredKeys: [] });
  const simple = fc.record({ name: fc.constantFrom(...EVENT_NAMES) }, { requiredKeys: [] });
  const few: fc.Arbitrary<Node> = fc.oneof(
    { weight: 4, arbitrary: simple as fc.Arbitrary<Node> },
    { weight: 1, arbitrary: selection(context) },
  );
  const step = (i: number): fc.Arbitrary<Node> =>
    fc
      .tuple(
        few,
        maybe('gap', gap),
        i === 0 ? fc.constant([]) : fc.array(refTo(0, i - 1), { maxLength: 2, size: '-1' }),
      )
      .map(([event, bounds, refs]) => ({
        as: `s${i}`,
        event: { ...event, where: [...((event['where'] as Node[] | undefined) ?? []), ...refs] },
        ...(i > 0 ? bounds : {}),
      }));
  const without = (steps: number): fc.Arbitrary<Node> =>
    fc
      .tuple(
        simple,
        fc.integer({ min: 0, max: steps - 1 }),
        fc.oneof(fixedDuration, fc.constant(null)),
        fc.integer({ min: 1, max: steps }),
      )
      .chain(([event, after, within, further]) => {
        const before = Math.min(after + further, steps - 1);
        const isWithin = within !== null || before === after;
        const bound = isWithin ? { within: within ?? { n: 30, unit: 'minute' } } : { before: `s${before}` };
        const refs = fc.array(refTo(0, isWithin ? after : before), { maxLength: 1 });
        return refs.map((where) => ({ event: { ...event, where }, after: `s${after}`, ...bound }));
      });
  return fc
    .integer({ min: 1, max: 4 })
    .chain((steps) =>
      fc.tuple(
        fc.tuple(...Array.from({ length: steps }, (_, i) => step(i))),
        fc.array(without(steps), { maxLength: 2, size: '-1' }),
        maybe('keyBy', fc.constantFrom('q', 'p')),
        maybe('order', fc.constantFrom('strict', 'loose')),
        maybe('window', windowOf(context)),
      ),
    )
    .map(([steps, list, ...rest]) => ({ sequence: Object.assign({ steps, without: list }, ...rest) as Node }));
}

/** A whole rule over leaves of one sort. */
export function ruleOf(context: RuleContext, leaf: fc.Arbitrary<Node>): fc.Arbitrary<unknown> {
  const { node } = fc.letrec<{ node: Node }>((tie) => ({
    node: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      { weight: 4, arbitrary: leaf },
      {
        weight: 2,
        arbitrary: fc
          .tuple(fc.constantFrom('all', 'any', 'none'), fc.array(tie('node'), { maxLength: 3 }))
          .map(([kind, children]) => ({ [kind]: children })),
      },
      {
        weight: 1,
        arbitrary: fc
          .record({ n: fc.integer({ min: 0, max: 3 }), of: fc.array(tie('node'), { maxLength: 3 }) })
          .map((atLeast) => ({ atLeast })),
      },
    ),
  }));
  return node.map((where) => ({ version: 1, entity: 'profile', where, options: { timezone: context.zone } }));
}

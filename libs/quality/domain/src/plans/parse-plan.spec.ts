import { isAppError } from '@kohort/kernel-errors';
import { parsePlan, planFromData } from './parse-plan';

function issuesOf(work: () => unknown): string {
  try {
    work();
  } catch (thrown) {
    if (isAppError(thrown)) return `${thrown.code} ${thrown.message}`;
    throw thrown;
  }
  return 'accepted';
}
const withSchema = (schema: unknown) => issuesOf(() => planFromData({ events: { E: { schema } } }));

describe('reading a tracking plan', () => {
  it('reads YAML, with defaults', () => {
    const plan = parsePlan('events:\n  Signed Up:\n    schema:\n      type: object\n      required: [plan]\n');
    expect(plan).toEqual({
      name: 'Tracking plan',
      unplannedEvents: 'flag',
      actions: {},
      events: { 'Signed Up': { schema: { type: 'object', required: ['plan'] } } },
    });
  });

  it('says where a mistake stands', () => {
    const text =
      'events:\n  A:\n    schema:\n      type: objekt\n  B:\n    schema: {}\n    actions:\n      wrong_type: explode\n';
    expect(issuesOf(() => parsePlan(text))).toMatch(
      /PLAN_INVALID.*line 4, column 13: events\.A\.schema.*line 8, column 19: events\.B\.actions\.wrong_type/s,
    );
    expect(issuesOf(() => parsePlan('events: [\n'))).toMatch(/^PLAN_INVALID/);
  });

  it.each<[string, unknown, RegExp]>([
    ['a reference', { $ref: '#' }, /PLAN_INVALID/],
    ['a dynamic reference', { $dynamicRef: '#x' }, /PLAN_INVALID/],
    ['a keyword outside of the subset', { type: 'object', patternProperties: { '.*': {} } }, /PLAN_INVALID/],
    [
      'uniqueItems, which is quadratic',
      { type: 'object', properties: { a: { type: 'array', uniqueItems: true } } },
      /PLAN_INVALID/,
    ],
    ['a format of nobody', { type: 'object', properties: { a: { type: 'string', format: 'regex' } } }, /PLAN_INVALID/],
    [
      'a look-ahead',
      { type: 'object', properties: { a: { type: 'string', pattern: '(?=a)b' } } },
      /not a pattern of RE2/,
    ],
    [
      'a back-reference',
      { type: 'object', properties: { a: { type: 'string', pattern: '(a)\\1' } } },
      /not a pattern of RE2/,
    ],
    [
      'a pattern that unrolls',
      { type: 'object', properties: { a: { type: 'string', pattern: 'x{1001}' } } },
      /not a pattern of RE2/,
    ],
    [
      'a long pattern',
      { type: 'object', properties: { a: { type: 'string', pattern: 'a'.repeat(257) } } },
      /PLAN_INVALID/,
    ],
    ['a keyword without its type', { type: 'object', properties: { a: { minLength: 3 } } }, /needs the type string/],
    ['properties that are no object', { type: 'string' }, /properties and traits are an object/],
    [
      'too many properties',
      { type: 'object', properties: Object.fromEntries(Array.from({ length: 301 }, (_, i) => [`p${i}`, {}])) },
      /300 properties/,
    ],
    [
      'too many choices',
      { type: 'object', properties: { a: { enum: Array.from({ length: 201 }, (_, i) => i) } } },
      /PLAN_INVALID/,
    ],
    ['a prototype key', { type: 'object', properties: JSON.parse('{"constructor":{}}') as unknown }, /PLAN_INVALID/],
    ['a required prototype key', { type: 'object', required: ['__proto__'] }, /PLAN_INVALID/],
    ['the same required twice', { type: 'object', required: ['a', 'a'] }, /twice/],
  ])('refuses %s', (_name, schema, expected) => {
    expect(withSchema(schema)).toMatch(expected);
  });

  it('refuses depth, cycles and aliases without losing the process', () => {
    let deep: Record<string, unknown> = { type: 'object' };
    for (let i = 0; i < 100_000; i += 1) deep = { type: 'object', properties: { a: deep } };
    expect(withSchema(deep)).toMatch(/nested deeper/);
    const cycle: Record<string, unknown> = { type: 'object' };
    cycle['properties'] = { a: cycle };
    expect(withSchema(cycle)).toMatch(/two places/);
    const bomb = 'a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\nevents: *c\n';
    expect(issuesOf(() => parsePlan(bomb))).toMatch(/^PLAN_INVALID/);
    expect(issuesOf(() => parsePlan('x'.repeat(2_000_001)))).toMatch(/too long/);
    expect(issuesOf(() => parsePlan(`{"events":${'{"a":'.repeat(5_000)}`))).toMatch(/^PLAN_INVALID/);
  });

  it('refuses __proto__ as a name and changes no prototype', () => {
    const text =
      '{"events":{"__proto__":{"schema":{"type":"object"}},"E":{"schema":{"type":"object","properties":{"__proto__":{"type":"string"}}}}}}';
    expect(issuesOf(() => parsePlan(text))).toMatch(/^PLAN_INVALID|^accepted/);
    expect(Reflect.get({}, 'schema')).toBeUndefined();
  });
});

import { compileFill, parseRule, readRuleText } from '../index';

const options = { workspaceId: '00000000-0000-4000-8000-000000000001', nowMs: Date.UTC(2026, 2, 1), timezone: 'UTC' };

/** How often a statement reads values of an event's properties for all of its selections at once. */
const readAtOnce = (...texts: readonly string[]): number => {
  const { sql } = compileFill(
    texts.map((text, i) => ({ rule: parseRule(readRuleText(text)), key: `s${i}` })),
    options,
  );
  return (/ignore\((.*?)\) AS age/.exec(sql)?.[1]?.match(/JSON\w+\(properties/g) ?? []).length;
};

describe('what a fill reads of an event', () => {
  it('is read once where more selections read the same than there are names', () => {
    expect(readAtOnce('did "A" where total > 5', 'did "A" where total > 6')).toBe(2);
    expect(readAtOnce('did "A" where total > 5', 'did "A" where total > 6', 'did "A" where plan = "x"')).toBe(2);
    expect(readAtOnce('did "A" where total > 5', 'did "A" where total > 6', 'did "B" where total > 5')).toBe(2);
  });

  it('is left to the selections where each is about events of its own, or reads something of its own', () => {
    expect(readAtOnce('did "A" where total > 5')).toBe(0);
    expect(readAtOnce('did "A"', 'did "B"')).toBe(0);
    expect(readAtOnce('did "A" where total > 5', 'did "B" where total > 6')).toBe(0);
    expect(readAtOnce('did "A" where total > 5', 'did "A" where tax > 6')).toBe(0);
  });
});

/** Whether the statement knows of each rule when time turns it. */
const isTimed = (...texts: readonly string[]): readonly boolean[] => {
  const rules = texts.map((text, i) => ({ rule: parseRule(readRuleText(text)), key: `s${i}` }));
  const { untimed } = compileFill(rules, options);
  return texts.map((_, i) => !untimed.has(i));
};

describe('the instants of a fill', () => {
  it('are known of windows that events leave, and of rules that no time turns', () => {
    expect(
      isTimed(
        'did "A" at least 2 times in last 30 days',
        'did "A" where total > 5',
        'sum of total over "A" in last 7 days > 5',
        'plan = "pro"',
        'renewal within next 5 days',
      ),
    ).toEqual([true, true, true, true, true]);
  });

  it('are left to the evaluator where time moves what is asked of an event', () => {
    const moved = [
      'did "A" where due within next 5 days',
      'did "A" at least 2 times in last 30 days where due not within last 1 calendar quarter',
      'first of plan over "A" where due within last 5 days = "pro"',
      'ratio of "A" where due has anniversary to "B" in last 30 days >= 0.2',
      'lifecycle new of "A" where due within last 5 days with period 30 days',
      'sequence ("A" as a then "B" where due within last 5 days)',
      'plan = "pro" and not (did "A" where due within last 5 days)',
    ];
    expect(isTimed(...moved)).toEqual(moved.map(() => false));
  });
});

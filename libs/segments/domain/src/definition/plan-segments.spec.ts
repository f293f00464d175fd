import { parseSegmentFile, planSegments, progressOf, type SegmentFile, type SegmentStep } from '../index';

const file = (key: string, rule: string, more = ''): SegmentFile =>
  parseSegmentFile(`${key}.yaml`, `segment: ${key}\nlabel: ${key}\n${more}rule: ${rule}\n`);
const none = { archived: new Set<string>(), lists: new Set<string>() };
const standing = (files: readonly SegmentFile[], more = {}) => ({
  ...none,
  segments: new Map(files.map(({ definition }) => [definition.key, { definition, latestVersion: 3 }])),
  ...more,
});
const plan = (files: SegmentFile[], there: SegmentFile[] = [], prune = false) =>
  planSegments(files, standing(there), { prune });
const told = (steps: readonly SegmentStep[]) => steps.map(({ action, key }) => `${action} ${key}`);

describe('a plan of segments', () => {
  it('tells new, changed, unchanged and what only the workspace has', () => {
    const there = [file('a', 'did "A"'), file('b', 'did "B"'), file('z', 'did "Z"')];
    const made = plan([file('b', 'did "B" in last 3 days', 'tags: [x]\n'), file('c', 'did "C"'), there[0]!], there);
    expect(told(made.steps)).toEqual(['unchanged a', 'change b', 'create c']);
    expect(made.steps[1]?.fields).toEqual(['tags', 'rule']);
    expect(made.onlyThere).toEqual(['z']);
    expect(plan(there, there).fingerprint).not.toBe(made.fingerprint);
  });

  it('makes what is named before what names it, and archives the other way round', () => {
    const files = [file('a', 'in segment "b"'), file('b', 'in segment "c"'), file('c', 'did "C"')];
    expect(told(plan(files).steps)).toEqual(['create c', 'create b', 'create a']);
    expect(told(plan([], files, true).steps)).toEqual(['archive a', 'archive b', 'archive c']);
  });

  it.each([
    ['a name that nobody has', [file('a', 'in segment "vipp"'), file('vip', 'did "A"')], {}, /did you mean "vip"/],
    ['a circle', [file('a', 'in segment "b"'), file('b', 'in segment "a"')], {}, /circle: a → b → a/],
    ['an archived key', [file('a', 'did "A"')], { archived: new Set(['a']) }, /never used again/],
    ['a name that was archived', [file('a', 'in segment "old"')], { archived: new Set(['old']) }, /"old" was archived/],
    ['a list', [file('a', 'did "A"')], { lists: new Set(['a']) }, /is a list/],
  ])('refuses %s with its place', (_what, files, more, message) => {
    const make = () => planSegments(files, standing([], more), { prune: false });
    expect(make).toThrow(message);
    expect(make).toThrow(/a\.yaml, line [13], column \d+/);
  });

  it('refuses another kind, a draft of what is published, and to archive what is still named', () => {
    const there = [file('a', 'did "A"')];
    expect(() => plan([file('a', 'did "A"', 'kind: cluster\n')], there)).toThrow(/kind of a segment never changes/);
    expect(() => plan([file('a', 'did "A"', 'draft: true\n')], there)).toThrow(/does not become a draft again/);
    const naming = file('b', 'in segment "a"');
    expect(() => plan([naming], [...there, naming], true)).toThrow(/"a" cannot be archived: the rule of "b" names it/);
  });
});

describe('a rule that cannot be meant', () => {
  const senseless = file('a', 'did "B" and did "A" in last 0 days');

  it('is refused with its place where it is new or changed', () => {
    const place = /^a\.yaml, line 3, column \d+, rule.*: node where\.all\.1: window\.last: .*at least 1 day/;
    expect(() => plan([senseless])).toThrow(place);
    expect(() => plan([senseless], [file('a', 'did "A"')])).toThrow(place);
  });

  it('is left alone where it stands already', () => {
    expect(told(plan([senseless], [senseless]).steps)).toEqual(['unchanged a']);
    const words = file('a', 'did "B" and did "A" in last 0 days', 'tags: [x]\n');
    expect(told(plan([words], [senseless]).steps)).toEqual(['change a']);
  });
});

describe('how far a step has come', () => {
  const [before, after] = [file('a', 'did "A"'), file('a', 'did "B"', 'description: new\n')];
  const [step] = plan([after], [before]).steps;
  const now = ({ definition }: SegmentFile, latestVersion = 3, latest = definition) => ({
    definition,
    latestVersion,
    latestRuleHash: latest.ruleHash,
  });
  const words = file('a', 'did "A"', 'description: new\n');

  it.each([
    ['nothing of it', now(before), 'todo'],
    ['its words', now(words), 'begun'],
    ['its draft', now(words, 4, after.definition), 'begun'],
    ['all', now(after, 4), 'done'],
  ])('after %s it is as it should be', (_what, standingNow, state) => {
    expect(progressOf(step!, standingNow)).toEqual({ state });
  });

  it('is stale when somebody else has changed the segment, drafted for it, or archived it', () => {
    expect(progressOf(step!, now(file('a', 'did "C"'), 4))).toEqual({ state: 'stale', fields: ['rule'] });
    expect(progressOf(step!, now(before, 4, file('a', 'did "C"').definition))).toEqual({
      state: 'stale',
      fields: ['version'],
    });
    expect(progressOf(step!, null)).toEqual({ state: 'stale', fields: ['archived'] });
  });

  it('knows a segment that was made, and not yet published', () => {
    const [create] = plan([after]).steps;
    const draft = file('a', 'did "B"', 'description: new\ndraft: true\n');
    expect(progressOf(create!, null)).toEqual({ state: 'todo' });
    expect(progressOf(create!, now(draft, 1))).toEqual({ state: 'begun' });
    expect(progressOf(create!, now(after, 1))).toEqual({ state: 'done' });
    expect(progressOf(create!, now(before, 1))).toMatchObject({ state: 'stale' });
  });

  it('knows what has been archived', () => {
    const [archive] = plan([], [before], true).steps;
    expect(progressOf(archive!, now(before))).toEqual({ state: 'todo' });
    expect(progressOf(archive!, null)).toEqual({ state: 'done' });
  });
});

import { fuzzedData, fuzzedJson, fuzzParser } from '@kohort/testing-hostile';
import { fuzzMessages, fuzzPlans } from '../../test/hostile-plans';
import { parsePlan, planFromData } from './parse-plan';

jest.setTimeout(120_000);
const RUNS = 50_000;
/** What passes everything else is compiled, which takes milliseconds: so many are whole, the others have one slip. */
const WHOLE_ONE_IN = 250;
/** YAML is slow to read: so many come as text, the others as data, as the API gives them. */
const TEXT_ONE_IN = 5;

const PLAN = {
  name: 'n',
  actions: { wrong_type: 'block' },
  events: {
    A: { schema: { properties: { t: { type: 'string', pattern: '^a+$' }, n: { type: ['number', 'null'] } } } },
  },
  identify: { schema: { type: 'object', required: ['e'], properties: { e: { type: 'array', items: { enum: [1] } } } } },
};

describe('a tracking plan', () => {
  it('is read or refused with its reason: 50,000 inputs', async () => {
    const { accepted, refused, codes } = await fuzzParser<unknown>({
      seed: 1,
      runs: RUNS,
      make: (random, run) => {
        if (run % WHOLE_ONE_IN === 0) return JSON.stringify(PLAN);
        const slip = { ...PLAN, slip: run };
        return run % TEXT_ONE_IN === 0 ? fuzzedJson(random, [slip]) : fuzzedData(random, [slip]);
      },
      parse: (input) => (typeof input === 'string' ? parsePlan(input) : planFromData(input)),
    });
    expect(accepted).toBeGreaterThanOrEqual(RUNS / WHOLE_ONE_IN);
    expect(refused).toBeGreaterThan(RUNS / 2);
    expect([...codes.keys()]).toEqual(['PLAN_INVALID']);
  });
});

describe('hostile plans and messages', () => {
  it('300 plans are compiled or refused with their reason, and nothing else happens', () => {
    const { accepted, refused } = fuzzPlans(300);
    expect(accepted).toBeGreaterThan(15);
    expect(refused).toBeGreaterThan(15);
  });

  it('2,000 messages get a verdict with a pointer, whatever they hold', () => {
    expect(fuzzMessages(2000)).toBeGreaterThan(500);
    expect(Reflect.get({}, 'a')).toBeUndefined();
  });
});

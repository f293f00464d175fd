import { fuzzMessages, fuzzPlans } from '../../test/hostile-plans';

describe('hostile plans and messages', () => {
  it('10,000 plans are compiled or refused with their reason, and nothing else happens', () => {
    const { accepted, refused } = fuzzPlans(10000);
    expect(accepted).toBeGreaterThan(500);
    expect(refused).toBeGreaterThan(500);
  });

  it('40,000 messages get a verdict with a pointer, whatever they hold', () => {
    expect(fuzzMessages(40000)).toBeGreaterThan(10000);
    expect(Reflect.get({}, 'a')).toBeUndefined();
  });
});

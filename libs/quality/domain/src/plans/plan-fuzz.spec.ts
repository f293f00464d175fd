import { fuzzMessages, fuzzPlans } from '../../test/hostile-plans';

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

import { seededRandom } from '@kohort/kernel-clock-random';
import { hostileEvents, hostileJson } from '@kohort/testing-hostile';
import { canonicalJson } from '../json/canonical-json';
import { bodyHash } from './digests';
import { normaliseEvent } from './normalise-event';

const context = {
  ...{
    sourceId: 's',
    receivedAt: Date.UTC(2026, 10, 21),
    sentAt: null,
    index: 0,
    batchContext: {},
    batchIntegrations: {},
  },
};
const prototypes: readonly object[] = [Object.prototype, Array.prototype, Function.prototype, String.prototype];
const ownKeys = (): number => prototypes.reduce<number>((sum, one) => sum + Reflect.ownKeys(one).length, 0);

describe('normalising what is hostile', () => {
  it.each(hostileEvents().filter((event) => event.reason !== 'invalid_json'))(
    'judges $name',
    ({ text, verdict, reason }) => {
      const result = normaliseEvent(JSON.parse(text), context);
      const expected = verdict === 'stored' ? 'accepted' : verdict === 'call' ? 'rejected' : verdict;
      expect([result.verdict, result.verdict === 'accepted' ? null : result.code]).toEqual([expected, reason]);
    },
  );

  it('tells ids apart that only look alike, and takes the last of a key that comes twice', () => {
    const of = (name: string) => {
      const event = hostileEvents().find((one) => one.name === name);
      const result = normaliseEvent(JSON.parse(event?.text ?? ''), context);
      return result.verdict === 'accepted' ? result.message : null;
    };
    expect(of('an id, composed')?.userId).not.toBe(of('the same id, decomposed')?.userId);
    expect(of('a key twice')?.properties).toEqual({ n: 2 });
  });

  it('survives 50,000 seeded values, and leaves every prototype as it was', () => {
    const random = seededRandom(20_261_121);
    const keys = ownKeys();
    const verdicts = new Map<string, number>();
    for (let n = 0; n < 50_000; n += 1) {
      const raw = hostileJson(random);
      // Half of them are nearly right, so that they come further.
      const near = typeof raw === 'object' && raw !== null && !Array.isArray(raw) && n % 2 === 0;
      const item = near ? { type: 'track', event: 'x', userId: 'u', ...raw } : raw;
      const result = normaliseEvent(item, { ...context, index: n });
      verdicts.set(result.verdict, (verdicts.get(result.verdict) ?? 0) + 1);
      if (result.verdict !== 'accepted') continue;
      // What is accepted can be written: as JSON, for the digest, for a text column.
      const { message } = result;
      expect(bodyHash(message)).toHaveLength(64);
      expect(JSON.stringify(message)).not.toMatch(/\\u0000|\\ud[89a-f]/);
      expect(canonicalJson(message.properties)).not.toContain('__proto__');
    }
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
    expect(ownKeys()).toBe(keys);
    for (const verdict of ['accepted', 'rejected', 'quarantined']) expect(verdicts.get(verdict)).toBeGreaterThan(100);
  });
});

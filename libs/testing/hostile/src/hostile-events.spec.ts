import { seededRandom } from '@kohort/kernel-clock-random';
import { hostileEvents } from './hostile-events';
import { hostileJson, mutateBytes } from './hostile-values';

describe('hostile material', () => {
  it('has every kind once, with ids of its own, of the sizes that it says', () => {
    const events = hostileEvents('p');
    expect(new Set(events.map((event) => event.name)).size).toBe(events.length);
    expect(events.length).toBeGreaterThanOrEqual(20);
    const bytes = (name: string) => Buffer.byteLength(events.find((event) => event.name === name)?.text ?? '');
    expect([bytes('32,767 bytes'), bytes('32,768 bytes'), bytes('32,769 bytes')]).toEqual([32_767, 32_768, 32_769]);
  });

  it('is the same for the same seed', () => {
    const make = (seed: number) => {
      const random = seededRandom(seed);
      return Array.from({ length: 50 }, () => mutateBytes(random, Buffer.from('{"batch":[1]}')).toString('hex'));
    };
    expect(make(1)).toEqual(make(1));
    expect(make(1)).not.toEqual(make(2));
    expect(hostileJson(seededRandom(3))).toEqual(hostileJson(seededRandom(3)));
  });
});

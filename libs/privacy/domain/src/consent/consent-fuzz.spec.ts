import type { JsonObject } from '@kohort/kernel-contracts';
import { fuzzedData, fuzzParser } from '@kohort/testing-hostile';
import { consentsOfMessage } from './consents-of-message';
import { DEFAULT_PURPOSES } from './purposes';

jest.setTimeout(120_000);
const RUNS = 50_000;

it('a message says something about consent or nothing, whatever its context holds: 50,000 inputs', async () => {
  const good = { consent: { categoryPreferences: { Advertising: true, C0002: false, Weather: true } }, gpc: true };
  const frame = {
    ...{ type: 'track' as const, name: 'E', messageId: 'm', userId: 'u', anonymousId: 'a', previousId: null },
    ...{ groupId: null, ts: 1, originalTs: null, sentAt: null, receivedAt: 2, properties: {}, traits: {} },
    ...{ flags: [], rowWeight: 1 },
  };
  let [said, silent] = [0, 0];
  await fuzzParser({
    seed: 1,
    runs: RUNS,
    // A context is an object: what else comes in its place was refused before.
    make: (random) => ({ ...(fuzzedData(random, [good]) as object) }) as JsonObject,
    parse: (context) => {
      const statements = consentsOfMessage({ ...frame, context }, DEFAULT_PURPOSES);
      if (statements.length === 0) silent += 1;
      else said += 1;
      // No `expect` in here: 100,000 of them take longer than all that they look at.
      const strange = statements.find(({ purpose }) => !/^[a-z]/.test(purpose));
      if (strange) throw new RangeError(`a purpose ${strange.purpose}`);
    },
  });
  expect(Math.min(said, silent)).toBeGreaterThan(RUNS / 25);
});

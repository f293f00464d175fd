import { gzipSync } from 'node:zlib';
import { Readable } from 'node:stream';
import { seededRandom } from '@kohort/kernel-clock-random';
import { isDeeperThan } from '@kohort/ingest-domain';
import { isAppError } from '@kohort/kernel-errors';
import { hostileEvents, hostileJson, mutateBytes } from '@kohort/testing-hostile';
import { PATHS, parseCall } from './parse-call';
import { readBody } from './read-body';

const kinds = [...new Set(Object.values(PATHS))];
const good = JSON.stringify({
  writeKey: 'khw_x',
  sentAt: '2026-11-01T12:00:00Z',
  context: { library: { name: 'x' } },
  batch: [{ type: 'track', event: 'Öre \u{1f600}', userId: 'u', properties: { n: 1.5, list: [1, null, true] } }],
});

/** The code of a refusal; anything else that is thrown is a crash, and fails the test. */
function outcomeOf(work: () => unknown): string {
  try {
    work();
    return 'parsed';
  } catch (thrown) {
    if (isAppError(thrown) && thrown.kind === 'invalid-input') return thrown.code;
    throw thrown;
  }
}

describe('parsing what is hostile', () => {
  afterEach(() => expect(Reflect.get({}, 'polluted')).toBeUndefined());

  it('survives 50,000 damaged bodies', () => {
    const random = seededRandom(1);
    const outcomes = new Set<string>();
    for (let n = 0; n < 50_000; n += 1) {
      const body = mutateBytes(random, Buffer.from(good));
      outcomes.add(outcomeOf(() => parseCall(kinds[n % kinds.length] ?? 'batch', body)));
    }
    expect(outcomes).toEqual(new Set(['parsed', 'WIRE_INVALID_JSON', 'WIRE_BATCH_EMPTY']));
  });

  it('survives 50,000 batches of hostile values', () => {
    const random = seededRandom(2);
    const outcomes = new Set<string>();
    for (let n = 0; n < 51_000; n += 1) {
      const frame = {
        ...{ writeKey: hostileJson(random, 1), sentAt: hostileJson(random, 1), context: hostileJson(random, 2) },
        batch: random.int(3) === 0 ? hostileJson(random, 2) : [hostileJson(random), hostileJson(random)],
      };
      // A few are deeper than can be written.
      if (isDeeperThan(frame, 500)) continue;
      const body = Buffer.from(JSON.stringify(frame));
      outcomes.add(outcomeOf(() => parseCall('batch', body)));
    }
    expect(outcomes).toEqual(new Set(['parsed', 'WIRE_BATCH_EMPTY']));
  });

  it('survives 5,000 damaged gzip streams', async () => {
    const random = seededRandom(3);
    const zipped = gzipSync(good);
    const outcomes = new Set<string>();
    for (let n = 0; n < 5_000; n += 1) {
      const chunks = [mutateBytes(random, zipped)];
      const read = readBody(Readable.from(chunks), { encoding: 'gzip', limit: 10_000 });
      outcomes.add(
        await read.then(
          () => 'read',
          (thrown: unknown) => (isAppError(thrown) ? thrown.code : String(thrown)),
        ),
      );
    }
    expect(
      [...outcomes].filter((code) => !['read', 'WIRE_INVALID_ENCODING', 'WIRE_PAYLOAD_TOO_LARGE'].includes(code)),
    ).toEqual([]);
    expect(outcomes.has('WIRE_INVALID_ENCODING')).toBe(true);
  });

  it('refuses the whole call for what the wire or JSON forbids, and for nothing else of the corpus', () => {
    for (const { name, text, verdict, reason } of hostileEvents()) {
      const outcome = outcomeOf(() => parseCall('batch', Buffer.from(`{"batch":[${text}]}`)));
      const code = reason === null ? '' : `WIRE_${reason.toUpperCase()}`;
      expect({ name, outcome }).toEqual({ name, outcome: verdict === 'call' ? code : 'parsed' });
    }
  });

  it('weighs items of a large batch however deep they are', () => {
    const deep = hostileEvents().find((event) => event.name === 'depth 10,000')?.text ?? '';
    const body = `{"batch":[${deep},${deep},${deep}]}`;
    expect(outcomeOf(() => parseCall('batch', Buffer.from(body)))).toBe('parsed');
  });

  it('reads a body that begins with a byte order mark', () => {
    expect(parseCall('batch', Buffer.from(`\ufeff${good}`)).items).toHaveLength(1);
  });
});

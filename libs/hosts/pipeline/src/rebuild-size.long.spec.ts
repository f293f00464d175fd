import { openColumnLoader } from '@kohort/platform-columns';
import { startTestDatabase, type Database } from '@kohort/platform-postgres';
import { startTestColumns } from '@kohort/testing-columns';
import { parseIdentityRules } from '@kohort/identity-domain';
import { IdentityWorld, type Draft, type WorldParts } from '../test/identity-world';
import { cut } from '../test/random-drafts';

jest.setTimeout(1_800_000);
const EVENTS = 100_000;
/** So many of them are of people who all share one device: by the rules before they are one. */
const KIOSK_EVENTS = 20_000;

/** How long transactions that may write stayed open. */
function timed(database: Database, spans: number[]): Database {
  return {
    ...database,
    async inWorkspace(workspaceId, work, options) {
      if (options?.readOnly) return database.inWorkspace(workspaceId, work, options);
      let from = 0;
      const answer = await database.inWorkspace(
        workspaceId,
        (tx) => {
          from = performance.now();
          return work(tx);
        },
        options,
      );
      spans.push(performance.now() - from);
      return answer;
    },
  };
}

const apart = parseIdentityRules({
  identifiers: [{ type: 'user_id', limit: { count: 1, period: 'ever' } }, { type: 'email' }, { type: 'anonymous_id' }],
});

function draftOf(n: number): Draft {
  const person = Math.floor(n / 4);
  const anonymousId = n < KIOSK_EVENTS ? 'kiosk' : `d${Math.floor(person / 3)}`;
  const traits = { email: `p${person}@x.org`, plan: n % 2 === 0 ? 'pro' : 'free' };
  const who = { n, userId: `u${person}`, anonymousId };
  return n % 4 === 0 ? { ...who, type: 'identify', traits } : who;
}

describe(`everybody of ${EVENTS} events made anew`, () => {
  let parts: WorldParts;
  beforeAll(async () => {
    const [db, store] = await Promise.all([startTestDatabase(), startTestColumns()]);
    parts = { db, store, loader: openColumnLoader({ database: db.database, columns: store.columns }) };
  });
  afterAll(async () => {
    await parts.loader.close();
    await parts.store.stop();
    await parts.db.stop();
  });

  it('parts those whom a shared device joined, and joins them again, in short transactions', async () => {
    const spans: number[] = [];
    const world = await IdentityWorld.open(parts, null);
    const drafts = Array.from({ length: EVENTS }, (_, n) => draftOf(n));
    for (const batch of cut(drafts, 2_500)) await world.accept(batch);
    const { db } = parts;
    const watched = world.on({ ...parts, db: { ...db, database: timed(db.database, spans) } });
    const version = await world.saveRules(apart, 'draft');
    for (const to of [version, 0]) {
      spans.length = 0;
      const from = performance.now();
      const phases = new Map<string, number>();
      const onProgress = ({ phase }: { readonly phase: string }): void =>
        void phases.set(phase, Math.round(performance.now() - from));
      const outcome = await watched.goOn(await world.rebuildRun(to), { onProgress });
      const ms = Math.round(performance.now() - from);
      const sorted = [...spans].sort((a, b) => b - a).map(Math.round);
      process.stdout.write(
        `${JSON.stringify({ outcome, ms, transactions: spans.length, longestMs: sorted.slice(0, 5), medianMs: sorted[sorted.length >> 1], endedAtMs: Object.fromEntries(phases) })}\n`,
      );
      expect(outcome).toMatchObject({ events: EVENTS });
    }
  });
});

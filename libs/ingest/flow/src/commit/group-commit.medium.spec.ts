import { systemClock } from '@kohort/kernel-clock-random';
import type { IngestVerdict, Json, SourceId, WorkspaceId } from '@kohort/kernel-contracts';
import { IngestWorld } from '../../test/ingest-world';
import { acceptEvents } from '../accept-events.flow';
import { later } from '../../test/later';
import { groupCommit } from './group-commit';

const receivedAt = Date.UTC(2026, 10, 21, 12);

describe('accepting through a committer', () => {
  let world: IngestWorld;
  beforeAll(async () => {
    world = await IngestWorld.start();
  });
  afterAll(() => world.stop());

  type Origin = { workspaceId: WorkspaceId; sourceId: SourceId };
  /** A door whose groups are as large as they can be: the second group gathers all that is called at once. */
  function door() {
    const committer = groupCommit({
      store: world.store(),
      clock: systemClock,
      later,
      limits: { inFlightPerLane: 1, paceMs: 5, enough: 10_000, rows: 10_000 },
    });
    const port = acceptEvents({ store: committer, dedupeDays: 7 });
    return (origin: Origin, items: readonly Json[]): Promise<readonly IngestVerdict[]> =>
      port.accept(origin, items, { receivedAt, sentAt: null, context: {}, integrations: {} });
  }
  const track = (messageId: string, extra: object = {}): Json => ({
    ...{ type: 'track', userId: 'u', event: 'x', messageId },
    ...extra,
  });
  const tally = (verdicts: readonly IngestVerdict[]): Record<string, number> => {
    const counts: Record<string, number> = {};
    for (const { outcome, reason } of verdicts) counts[reason ?? outcome] = (counts[reason ?? outcome] ?? 0) + 1;
    return counts;
  };

  it('answers each of 400 calls with its own verdicts, and hands few batches on', async () => {
    const origin = await world.addSource();
    const accept = door();
    const calls = Array.from({ length: 400 }, (_, n) =>
      // Every tenth repeats the id of the one before it, every twentieth with another body.
      n % 10 === 9
        ? accept(origin, [track(`m${n - 1}`, n % 20 === 19 ? { event: 'other' } : {})])
        : accept(origin, [track(`m${n}`), ...(n % 50 === 0 ? [{ type: 'track' }, track(`m${n}`)] : [])]),
    );
    const verdicts = await Promise.all(calls);
    // Calls that run beside each other have no order: of two with one id either may be the one that is stored.
    const second = (n: number): string => (n % 20 === 19 ? 'duplicate_conflict' : 'duplicate');
    verdicts.forEach((answer, n) => {
      if (n % 50 === 0) expect(tally(answer)).toEqual({ stored: 1, no_user_anon_id: 1, duplicate: 1 });
      else if (n % 10 === 9)
        expect(tally([...(verdicts[n - 1] ?? []), ...answer])).toEqual({ stored: 1, [second(n)]: 1 });
      else if (n % 10 !== 8) expect(tally(answer)).toEqual({ stored: 1 });
    });
    const totals = await world.totals(origin.workspaceId);
    expect(totals.events).toBe('360');
    expect(Number(totals.batches)).toBeLessThanOrEqual(5);
    expect(await world.ledger(origin.workspaceId)).toMatchObject({
      ...{ received: 416, stored: 360, duplicate: 48, rejected: 8 },
    });
  });

  it('keeps sources apart within one group', async () => {
    const origin = await world.addSource();
    const sibling = await world.addSiblingSource(origin.workspaceId);
    const accept = door();
    const answers = await Promise.all([
      accept(origin, [track('first')]),
      ...[origin, sibling, origin, sibling].map((of) => accept(of, [track('same')])),
    ]);
    expect(answers.map(([verdict]) => verdict?.outcome)).toEqual([
      ...['stored', 'stored', 'stored', 'duplicate', 'duplicate'],
    ]);
  });

  it('lets a value that PostgreSQL refuses sink its own item alone', async () => {
    const origin = await world.addSource();
    const store = world.store();
    // Slipped in behind the checks: jsonb cannot hold NUL (SQLSTATE 22P05).
    const spoil = <T extends Parameters<typeof store.store>[0]>(request: T): T => ({
      ...request,
      messages: request.messages.map((keyed) =>
        keyed.message.messageId.endsWith('7')
          ? { ...keyed, message: { ...keyed.message, properties: { bad: 'a\u0000b' } } }
          : keyed,
      ),
    });
    const committer = groupCommit({
      store: { storeGroup: (requests) => store.storeGroup(requests.map(spoil)) },
      clock: systemClock,
      later,
      limits: { inFlightPerLane: 1 },
    });
    const port = acceptEvents({ store: committer, dedupeDays: 7 });
    const envelope = { receivedAt, sentAt: null, context: {}, integrations: {} };
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, n) =>
        port.accept(origin, [track(`a${n}`), track(`b${n}`, { userId: 'v' })], envelope),
      ),
    );
    answers.forEach((answer, n) => {
      const bad = String(n).endsWith('7');
      expect(tally(answer)).toEqual(bad ? { storage_refused: 2 } : { stored: 2 });
    });
    expect(await world.ledger(origin.workspaceId)).toMatchObject({ received: 80, stored: 72, quarantined: 8 });
  });

  it('sinks nobody when one call names a source that is gone', async () => {
    const origin = await world.addSource();
    const gone = { ...origin, sourceId: (await world.addSource()).sourceId };
    const accept = door();
    const answers = await Promise.allSettled([
      accept(origin, [track('first')]),
      accept(origin, [track('second')]),
      accept(gone, [track('third')]),
      accept(origin, [track('fourth')]),
    ]);
    expect(answers.map((answer) => answer.status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
    expect((await world.totals(origin.workspaceId)).events).toBe('3');
  });
});

import { sql } from 'kysely';
import { manualClock } from '@kohort/kernel-clock-random';
import type { BatchId, ConsentStatement, Json, ProfileId } from '@kohort/kernel-contracts';
import { AppError } from '@kohort/kernel-errors';
import { cancelRun, privacyStore } from '@kohort/platform-postgres';
import { PEOPLE, useBackfillWorld } from '../test/backfill-world';
import { evaluateTouched, explainMembership, previewSegment, type BackfillDeps } from './index';

jest.setTimeout(240_000);
const rule = (where: unknown): object => ({ version: 1, entity: 'profile', where });
const buyers = rule({
  event: { name: 'Order Completed', count: { op: 'gte', n: 2 }, window: { last: { n: 30, unit: 'day' } } },
});
const rich = rule({
  aggregate: { event: { name: 'Order Completed' }, fn: 'sum', property: 'total', op: 'gte', value: 30 },
});
const others = rule({ none: [{ segment: { key: 'buyers' } }] });

describe('back-filling a version', () => {
  const world = useBackfillWorld();
  const { query, addSegment, addVersion, ask, run, runAll, segment, numbers, members } = world;

  it('fills a first version, makes it serve, sets the timers, and adds nothing when run again', async () => {
    const id = await addSegment('buyers', buyers);
    const done = await run(await ask(id, 1));
    expect(done).toMatchObject({
      status: 'succeeded',
      result: { members: PEOPLE / 2, entered: PEOPLE / 2, exited: 0, corrected: 0 },
    });
    expect(await members('buyers')).toEqual(numbers((i) => i % 4 >= 2));
    expect(await segment('buyers')).toEqual({
      live_version: 1,
      status: 'live',
      size: String(PEOPLE / 2),
      n: String(PEOPLE / 2),
    });
    const timers = await query(sql`select count(*)::int as n, min(due_at) > now() as ahead from segment_timer`);
    expect(timers).toEqual([{ n: PEOPLE / 2, ahead: true }]);
    // Proofs are worked out when somebody is next evaluated, or asked about: see the next test.
    expect(await query(sql`select count(proof)::int as n from membership`)).toEqual([{ n: 0 }]);
    expect(await run(await ask(id, 1))).toMatchObject({ result: { entered: 0, exited: 0, corrected: 0 } });
    const [log] = await query(
      sql`select count(*)::int as n, count(distinct batch_id)::int as batches, min(cause) as cause from membership_change`,
    );
    expect(log).toEqual({ n: PEOPLE / 2, batches: 1, cause: 'edit' });
  });

  it('proves its members when they are asked about, and keeps their proofs once they are evaluated again', async () => {
    await run(await ask(await addSegment('buyers', buyers), 1));
    const people = await query(sql<{ id: ProfileId; who: string }>`select id, canonical_id as who from profile
      where canonical_id in ('u1', 'u2', 'u3')`);
    for (const { id: profileId, who } of people) {
      const why = await explainMembership(world.deps, {
        ...{ workspaceId: world.workspaceId, profileId, segmentKey: 'buyers' },
      });
      // A third order lies before the window.
      const orders = Math.min(2, Number(who.slice(1)));
      expect(why).toMatchObject({ member: orders >= 2, proof: { nodes: [{ count: orders }] } });
      expect(why.recorded?.member ?? false).toBe(orders >= 2);
    }
    const stored = sql`select count(*)::int as n, min((proof -> 'nodes' -> 0 ->> 'count')::int) as least,
      count(proof_hash)::int as hashes from membership where proof is not null`;
    // To explain is to look, and nothing is written for it.
    expect(await query(stored)).toEqual([{ n: 0, least: null, hashes: 0 }]);
    const batches = await query(sql<{ id: BatchId }>`select id from batch where kind = 'events'`);
    const { workspaceId } = world;
    const again = await evaluateTouched(world.deps, {
      workspaceId,
      batchIds: batches.map(({ id }) => id),
      computedTraits: [],
    });
    expect(again).toEqual({ profiles: PEOPLE, entered: 0, exited: 0 });
    expect(await query(stored)).toEqual([{ n: PEOPLE / 2, least: 2, hashes: PEOPLE / 2 }]);
  });

  it('changes to another version all at once, and brings those that refer to it along', async () => {
    const id = await addSegment('buyers', buyers);
    await run(await ask(id, 1));
    await run(await ask(await addSegment('others', others), 1));
    expect(await members('others')).toEqual(numbers((i) => i % 4 < 2));
    await addVersion(id, 2, rule({ event: { name: 'Order Completed', count: { op: 'lte', n: 2 } } }));
    // Readers that look while it happens see one version or the other, whole.
    const seen = new Set<string>();
    let isDone = false;
    const reader = (async () => {
      while (!isDone) {
        const [row] = await query(sql<{
          v: string;
        }>`select live_version || ':' || (select count(*) from membership m where m.segment_id = s.id and member)
          || ':' || (select count(distinct segment_version) from membership m where m.segment_id = s.id and member) as v from segment s where key = 'buyers'`);
        seen.add(row?.v ?? '');
      }
    })();
    const done = await run(await ask(id, 2, { released: true }));
    isDone = true;
    await reader;
    expect(done).toMatchObject({
      status: 'succeeded',
      result: { entered: PEOPLE / 2, exited: PEOPLE / 4, corrected: PEOPLE * 0.75 },
    });
    expect([...seen].every((one) => [`1:${PEOPLE / 2}:1`, `2:${PEOPLE * 0.75}:1`].includes(one))).toBe(true);
    expect(await members('buyers')).toEqual(numbers((i) => i % 4 <= 2));
    expect(await members('others')).toEqual(numbers((i) => i % 4 === 3));
    const versions = await query(sql`select max(change_version)::int as max from membership_change`);
    expect(versions).toEqual([{ max: 2 }]);
  });

  it('holds an edit that takes more than 30 % out, or empties the segment, until somebody releases it', async () => {
    const id = await addSegment('buyers', buyers);
    await run(await ask(id, 1));
    const atLeast = (n: number) => rule({ event: { name: 'Order Completed', count: { op: 'gte', n } } });
    await addVersion(id, 2, atLeast(3));
    await addVersion(id, 3, atLeast(9));
    for (const version of [2, 3]) {
      const held = await run(await ask(id, version));
      expect(held).toMatchObject({ status: 'failed', error: { code: 'SEGMENTS_GUARD_HELD' } });
      expect(await segment('buyers')).toMatchObject({ live_version: 1, n: String(PEOPLE / 2) });
    }
    expect(await query(sql`select count(*)::int as n from membership_change where kind = 'exited'`)).toEqual([
      { n: 0 },
    ]);
    const released = await run(await ask(id, 2, { released: true }));
    expect(released).toMatchObject({ status: 'succeeded', result: { exited: PEOPLE / 4 } });
    expect(await members('buyers')).toEqual(numbers((i) => i % 4 === 3));
    await addVersion(id, 4, rule({ event: { name: 'Order Completed', count: { op: 'gte', n: 2 } } }));
    expect(await run(await ask(id, 4))).toMatchObject({ status: 'succeeded', result: { entered: PEOPLE / 4 } });
  });

  it('asks the column store for sums and sequences, and evaluates person by person what is too much for it', async () => {
    let walked = 0;
    const counted = { ...world.deps.store };
    counted.read = (...args) => {
      walked += 1;
      return world.deps.store.read(...args);
    };
    const sums = await addSegment('rich', rich);
    expect(await run(await ask(sums, 1), { ...world.deps, store: counted })).toMatchObject({
      status: 'succeeded',
      result: { exited: 0, corrected: 0 },
    });
    expect(await members('rich')).toEqual(numbers((i) => (i % 4) * (i % 20) >= 30));
    expect(walked).toBe(0);
    const steps = [{ event: { name: 'Order Completed' } }, { event: { name: 'Order Completed' } }];
    const twice = await addSegment('twice', rule({ sequence: { steps } }));
    expect(await run(await ask(twice, 1), { ...world.deps, store: counted })).toMatchObject({ status: 'succeeded' });
    expect(await members('twice')).toEqual(numbers((i) => i % 4 >= 2));
    expect(walked).toBe(0);
    const tooHeavy = new AppError({ code: 'COLUMNS_TOO_HEAVY', kind: 'unsuitable-data', message: 'memory' });
    const columns = { ...world.deps.columns, fill: () => Promise.reject(tooHeavy) };
    const again = await addSegment('again', rule({ sequence: { steps } }));
    expect(await run(await ask(again, 1), { ...world.deps, columns, store: counted })).toMatchObject({
      status: 'succeeded',
    });
    expect(await members('again')).toEqual(numbers((i) => i % 4 >= 2));
    expect(walked).toBe(3);
  });

  it('fills a rule of SQL by the column store alone, and names a predicate that it cannot run', async () => {
    const id = await addSegment('by-sql', rule({ sql: { predicate: "countIf(name = 'Order Completed') >= 2" } }));
    expect(await run(await ask(id, 1))).toMatchObject({ status: 'succeeded', result: { corrected: 0 } });
    expect(await members('by-sql')).toEqual(numbers((i) => i % 4 >= 2));
    const wrong = await addSegment('wrong', rule({ sql: { predicate: 'countIf(name > ts) > 1' } }));
    expect(await run(await ask(wrong, 1))).toMatchObject({
      status: 'failed',
      error: { code: 'SEGMENTS_PREDICATE_REFUSED' },
    });
  });

  it('fills a top by the column store, whose members stay a little longer than others enter', async () => {
    const top = (n: number) => ({
      top: { by: { aggregate: { event: { name: 'Order Completed' }, fn: 'distinctDays' } }, n },
    });
    const id = await addSegment('best', rule(top(40)));
    expect(await run(await ask(id, 1))).toMatchObject({ status: 'succeeded', result: { members: 40, entered: 40 } });
    await addVersion(id, 2, rule(top(39)));
    // 39 × 1.05 is 40.95: the fortieth stays.
    expect(await run(await ask(id, 2))).toMatchObject({ status: 'succeeded', result: { members: 40, exited: 0 } });
    await addVersion(id, 3, rule({ top: { ...top(39).top, exact: true } }));
    expect(await run(await ask(id, 3))).toMatchObject({ status: 'succeeded', result: { members: 39, exited: 1 } });
  });

  it('goes on after a crash, before the pointer and behind it, with the same end', async () => {
    const id = await addSegment('buyers', buyers);
    const runId = await ask(id, 1);
    const crash = new AppError({ code: 'TEST_CRASH', kind: 'transient', message: 'crash' });
    const [beforeFlip, behindIt] = [{ ...world.deps.store }, { ...world.deps.store }];
    beforeFlip.applyDiff = (diff) => (diff.flip ? Promise.reject(crash) : world.deps.store.applyDiff(diff));
    behindIt.setTimers = () => Promise.reject(crash);
    const revive = (): Promise<unknown> =>
      query(sql`update run set status = 'queued', error = null where id = ${runId}`);
    expect(await run(runId, { ...world.deps, store: beforeFlip })).toMatchObject({ status: 'failed' });
    expect(await segment('buyers')).toMatchObject({ live_version: null, n: String(PEOPLE / 2) });
    await revive();
    expect(await run(runId, { ...world.deps, store: behindIt })).toMatchObject({
      status: 'failed',
      checkpoint: { phase: 'settling', entered: 0, final: true },
    });
    expect(await segment('buyers')).toMatchObject({ live_version: 1, status: 'live' });
    await revive();
    expect(await run(runId)).toMatchObject({ status: 'succeeded', result: { corrected: 0 } });
    expect(await members('buyers')).toEqual(numbers((i) => i % 4 >= 2));
    const [timers] = await query(
      sql<{
        n: number;
        log: number;
      }>`select (select count(*)::int from segment_timer) as n, count(*)::int as log from membership_change`,
    );
    expect(timers).toEqual({ n: PEOPLE / 2, log: PEOPLE / 2 });
  });

  const atLeast = (n: number, days = 90) =>
    rule({
      event: { name: 'Order Completed', count: { op: 'gte', n }, window: { last: { n: days, unit: 'day' } } },
    });

  it('fills many at once in one reading, each by itself: one that fails, is held or is cancelled stops no other', async () => {
    const buyersId = await addSegment('buyers', buyers);
    await run(await ask(buyersId, 1));
    await addVersion(buyersId, 2, atLeast(9));
    const ids = [
      await addSegment('one', atLeast(1)),
      await addSegment('broken', { version: 1, entity: 'profile', where: { evnt: {} } }),
      await addSegment('two', atLeast(2)),
      await addSegment('unwanted', atLeast(1)),
      await addSegment(
        'lately',
        rule({ none: [{ event: { name: 'Order Completed', window: { last: { n: 15, unit: 'day' } } } }] }),
      ),
      // Refers to one of the same round.
      await addSegment('not-two', rule({ none: [{ segment: { key: 'two' } }] })),
    ];
    const runIds = [await ask(buyersId, 2), ...(await Promise.all(ids.map((id) => ask(id, 1))))];
    let [asked, readings] = [0, 0];
    const columns: BackfillDeps['columns'] = {
      ...world.deps.columns,
      fill: async (statement, control) => {
        const unwanted = runIds[4];
        if (asked === 0 && unwanted)
          await world.db.database.inWorkspace(world.workspaceId, (tx) =>
            cancelRun(tx, { workspaceId: world.workspaceId, runId: unwanted }),
          );
        asked += statement.rules;
        readings += 1;
        return world.deps.columns.fill(statement, control);
      },
    };
    const store = { ...world.deps.store };
    store.applyDiff = async (diff) => {
      // The wish to cancel is heard at the run's next beat; those before it are written two at a time.
      const unwanted = world.started[4]?.signal;
      if (['one', 'two'].includes(diff.rule.key) && unwanted?.aborted === false)
        await new Promise((done) => unwanted.addEventListener('abort', done, { once: true }));
      return world.deps.store.applyDiff(diff);
    };
    const runs = await runAll(runIds, { ...world.deps, columns, store });
    expect(runs.map(({ status, error }) => error?.code ?? status)).toEqual([
      'SEGMENTS_GUARD_HELD',
      'succeeded',
      'SEGMENTS_RULE_UNKNOWN_NODE',
      'succeeded',
      'cancelled',
      'succeeded',
      'succeeded',
    ]);
    expect([asked, readings]).toEqual([6, 2]);
    expect(await members('one')).toEqual(numbers((i) => i % 4 >= 1));
    expect(await members('two')).toEqual(numbers((i) => i % 4 >= 2));
    expect(await members('not-two')).toEqual(numbers((i) => i % 4 < 2));
    expect(await members('lately')).toEqual(numbers((i) => i % 4 === 0));
    expect(await members('buyers')).toEqual(numbers((i) => i % 4 >= 2));
    const timers =
      await query(sql`select s.key, count(*)::int as n from segment_timer t join segment s on s.id = t.segment_id
      where s.key <> 'buyers' group by 1 order by 1`);
    expect(timers).toEqual([
      { key: 'lately', n: (PEOPLE / 4) * 3 },
      { key: 'not-two', n: PEOPLE / 2 },
      { key: 'one', n: (PEOPLE / 4) * 3 },
      { key: 'two', n: PEOPLE / 2 },
    ]);
  });

  it('puts right whose records changed between the answer and the flip, and who was merged or suppressed', async () => {
    const id = await addSegment('buyers', buyers);
    const store = { ...world.deps.store };
    store.applyDiff = async (diff) => {
      if (diff.flip) {
        // u0 bought twice, u2 turned out to be u3, u6 is suppressed: all of it evaluated by the rules that serve until now.
        await query(sql`insert into event_assignment (workspace_id, event_id, profile_id, batch_id, received_at, ts, sign)
          select a.workspace_id, a.event_id, p.id, a.batch_id, a.received_at, a.ts, x.sign
          from event_assignment a join profile who on who.id = a.profile_id and who.canonical_id = 'u7'
          cross join (values ('u7', -1), ('u0', 1)) as x (name, sign) join profile p on p.canonical_id = x.name`);
        await query(
          sql`update profile set merged_into = (select id from profile where canonical_id = 'u3') where canonical_id = 'u2'`,
        );
        await query(sql`update profile set suppressed_at = now() where canonical_id = 'u6'`);
      }
      return world.deps.store.applyDiff(diff);
    };
    const done = await run(await ask(id, 1), { ...world.deps, store });
    expect(done).toMatchObject({ status: 'succeeded', result: { entered: PEOPLE / 2, corrected: 4 } });
    expect(await members('buyers')).toEqual(numbers((i) => i === 0 || (i % 4 >= 2 && ![2, 6, 7].includes(i))));
    const sizes = await query(sql`select 1 from segment s
      where size <> (select count(*) from membership m where m.segment_id = s.id and member)`);
    expect(sizes).toEqual([]);
  });

  it('answers conditions of consent in the column store, as the evaluator does, also after statements that undo others', async () => {
    await query(sql`insert into identifier (workspace_id, profile_id, type, value, first_seen_at)
      select ${world.workspaceId}, id, 'user_id', canonical_id, now() from profile`);
    const said = (i: number, state: 'granted' | 'withdrawn', at: number): ConsentStatement => ({
      subject: { type: 'user_id', value: `u${i}` },
      purpose: 'email',
      ...{ state, kind: 'explicit', at, basis: 'consent', source: 'api', proof: '' },
    });
    const privacy = privacyStore(world.db.database);
    const everybody = Array.from({ length: PEOPLE }, (_, i) => i);
    await privacy.record(
      world.workspaceId,
      everybody.filter((i) => i % 3 === 0).map((i) => said(i, 'granted', 1_000)),
    );
    await world.deps.loader.load(world.workspaceId);
    await privacy.record(
      world.workspaceId,
      everybody.filter((i) => i % 6 === 0).map((i) => said(i, 'withdrawn', 2_000)),
    );
    const mail = { consent: { purpose: 'email' } };
    const where = { all: [mail, { none: [{ segment: { key: 'buyers' } }] }] };
    const ids = [
      await addSegment('buyers', buyers),
      await addSegment('mail', rule(mail)),
      await addSegment('both', rule(where)),
    ];
    // Nobody is read one by one for it.
    const store = { ...world.deps.store, profilesAfter: () => Promise.reject(new TypeError('walked')) };
    const runs = await runAll(await Promise.all(ids.map((id) => ask(id, 1))), { ...world.deps, store });
    expect(runs.map(({ status, error }) => ({ status, error }))).toEqual(
      ids.map(() => ({ status: 'succeeded', error: null })),
    );
    expect(await members('mail')).toEqual(numbers((i) => i % 3 === 0 && i % 6 !== 0));
    expect(await members('both')).toEqual(numbers((i) => i % 6 === 3 && i % 4 < 2));
    const preview = await previewSegment(
      {
        ...world.deps,
        columns: world.deps.columns,
        refresh: () => Promise.resolve(true),
        clock: manualClock(0),
      },
      { workspaceId: world.workspaceId, rule: rule({ all: [mail] }) as Json, key: null, compare: ['both'] },
    );
    expect(preview).toMatchObject({ members: PEOPLE / 6, isExact: true, overlap: [{ shared: PEOPLE / 12 }] });
    const everyone = await query(sql<{ id: ProfileId; name: string }>`
      select id, canonical_id as name from profile where canonical_id in ('u3', 'u6', 'u7')`);
    for (const { id, name } of everyone) {
      const of = { workspaceId: world.workspaceId, profileId: id, segmentKey: 'mail' };
      expect(await explainMembership(world.deps, of)).toMatchObject({ member: name === 'u3' });
    }
    expect(await world.deps.loader.verify(world.workspaceId)).toEqual({ equal: true });
  });

  it('stops when a person cancels, and an overtaken worker can write nothing', async () => {
    const id = await addSegment('buyers', buyers);
    const runId = await ask(id, 1);
    const cancelling = { ...world.deps.store };
    cancelling.membersOf = async (...args) => {
      await world.db.database.inWorkspace(world.workspaceId, (tx) =>
        cancelRun(tx, { workspaceId: world.workspaceId, runId }),
      );
      // It may have been heard already.
      const signal = world.started[0]?.signal;
      if (signal?.aborted === false)
        await new Promise((done) => signal.addEventListener('abort', done, { once: true }));
      return world.deps.store.membersOf(...args);
    };
    expect(await run(runId, { ...world.deps, store: cancelling })).toMatchObject({ status: 'cancelled' });
    expect(await segment('buyers')).toMatchObject({ live_version: null, n: '0' });
    const overtaken = { ...world.deps.store };
    const second = await ask(id, 1);
    overtaken.membersOf = async (...args) => {
      await query(sql`update run set fence = fence + 1 where id = ${second}`);
      return world.deps.store.membersOf(...args);
    };
    await run(second, { ...world.deps, store: overtaken });
    expect(await segment('buyers')).toMatchObject({ live_version: null, n: '0' });
  });
});

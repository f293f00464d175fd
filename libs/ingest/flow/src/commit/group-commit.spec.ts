import { manualClock } from '@kohort/kernel-clock-random';
import { AppError } from '@kohort/kernel-errors';
import {
  sourceIdSchema,
  workspaceIdSchema,
  type GroupedRequest,
  type NormalisedMessage,
  type StoreOutcome,
  type WorkspaceId,
} from '@kohort/kernel-contracts';
import { later } from '../../test/later';
import { groupCommit } from './group-commit';
import type { GroupLimits } from './lane';

const workspace = (n: number): WorkspaceId =>
  workspaceIdSchema.parse(`00000000-0000-4000-8000-${String(n).padStart(12, '0')}`);
const sourceId = sourceIdSchema.parse('00000000-0000-4000-8000-0000000000aa');

const message = (messageId: string): NormalisedMessage => ({
  ...{ type: 'track', name: 'x', messageId, userId: 'u', anonymousId: null, previousId: null, groupId: null },
  ...{ ts: 0, originalTs: null, sentAt: null, receivedAt: 0 },
  ...{ properties: {}, traits: {}, context: {}, flags: [], rowWeight: 1 },
});

function request(name: string, settings: { workspaceId?: WorkspaceId; messages?: number } = {}): GroupedRequest {
  const { workspaceId = workspace(1), messages = 1 } = settings;
  return {
    ...{ workspaceId, sourceId, receivedAt: 0, dedupeDays: 7 },
    messages: Array.from({ length: messages }, (_, n) => ({ message: message(`${name}.${n}`), bodyHash: '' })),
    refused: { rejected: 0, suppressed: 0, quarantined: 0 },
  };
}

const nameOf = (of: GroupedRequest): string => of.messages[0]?.message.messageId.split('.')[0] ?? '';
const outcomeOf = (of: GroupedRequest): StoreOutcome => ({
  batchId: null,
  outcomes: of.messages.map(() => 'stored'),
  counts: {
    ...{ received: 0, stored: of.messages.length, duplicate: 0, rejected: 0, suppressed: 0, quarantined: 0 },
    duplicateConflict: 0,
  },
});

/** A store whose transactions end when the test says so. */
function rig(limits: Partial<GroupLimits> = {}, poison: readonly string[] = []) {
  const clock = manualClock(1_000_000);
  const groups: { names: string[]; end: () => void; fail: (reason: unknown) => void }[] = [];
  let auto = false;
  const committer = groupCommit({
    clock,
    later,
    // Alone or not is the same, where a test does not say otherwise.
    limits: { inFlightAlone: 0, rowsBeside: 0, ...limits },
    store: {
      async storeGroup(requests) {
        const names = requests.map(nameOf);
        await new Promise<void>((end, fail) => {
          groups.push({ names, end, fail });
          if (auto) end();
        });
        if (names.some((name) => poison.includes(name))) {
          throw new AppError({ code: 'INGEST_STORE_REFUSED', kind: 'invalid-input', message: 'no' });
        }
        return requests.map(outcomeOf);
      },
    },
  });
  return {
    clock,
    committer,
    names: () => groups.map((group) => group.names),
    end: async (at: number) => {
      groups[at]?.end();
      await new Promise((done) => setImmediate(done));
    },
    fail: (at: number, reason: unknown) => groups[at]?.fail(reason),
    endAll: () => {
      auto = true;
      for (const group of groups) group.end();
    },
  };
}

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'stored',
    (thrown: unknown) => (thrown instanceof AppError ? thrown.code : 'other'),
  );

describe('groupCommit', () => {
  it('sends the first request of an idle door at once, and gathers what comes while it is under way', async () => {
    const { committer, names, end, endAll } = rig({ inFlightPerLane: 1, paceMs: 0 });
    const all = ['a', 'b', 'c', 'd'].map((name) => committer.store(request(name)));
    expect(names()).toEqual([['a']]);
    expect(committer.depth).toBe(4);
    await end(0);
    expect(names()).toEqual([['a'], ['b', 'c', 'd']]);
    endAll();
    expect((await Promise.all(all)).map((outcome) => outcome.outcomes)).toEqual(Array(4).fill(['stored']));
    expect(committer.depth).toBe(0);
  });

  it('paces a lane, waits for nobody when all callers are there, and cuts a group at its rows', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate'] });
    try {
      const limits = { rows: 5, enough: 4, inFlightPerLane: 1, paceMs: 40, earlyInARow: 2 };
      const { clock, committer, names, end, endAll } = rig(limits);
      const wait = async (ms: number) => {
        clock.advance(ms);
        await jest.advanceTimersByTimeAsync(ms);
      };
      const all: Promise<unknown>[] = [];
      const store = (...some: readonly string[]) => some.forEach((name) => all.push(committer.store(request(name))));
      // One call after the other waits for nobody.
      store('alone');
      await end(0);
      store('alone again', 'a', 'b');
      await wait(2);
      expect(names()).toEqual([['alone'], ['alone again']]);
      await end(1);
      expect(names()[2]).toEqual(['a', 'b']);
      await end(2);
      // Two went sooner: now the pace is kept, and who comes meanwhile is counted.
      store('c');
      await wait(39);
      store('d', 'e');
      expect(names()).toHaveLength(3);
      await wait(1);
      expect(names()[3]).toEqual(['c', 'd', 'e']);
      await end(3);
      store('f', 'g');
      await wait(1);
      expect(names()).toHaveLength(4);
      store('h');
      expect(names()[4]).toEqual(['f', 'g', 'h']);
      await end(4);
      store('i');
      await wait(40);
      expect(names()[5]).toEqual(['i']);
      // Enough rows wait for nothing, and five are a group.
      store('j', 'k', 'l', 'm', 'n', 'o');
      await end(5);
      expect(names()[6]).toEqual(['j', 'k', 'l', 'm', 'n']);
      await end(6);
      expect(names()[7]).toEqual(['o']);
      await end(7);
      store('p', 'q', 'r');
      await wait(1);
      expect(names()).toHaveLength(8);
      store('s');
      expect(names()[8]).toEqual(['p', 'q', 'r', 's']);
      await end(8);
      // Idle for longer than the pace: at once.
      await wait(60);
      all.push(committer.store(request('late', { messages: 12 })));
      expect(names()[9]).toEqual(['late']);
      endAll();
      await Promise.all(all);
    } finally {
      jest.useRealTimers();
    }
  });

  it('keeps nobody waiting for as long as the clock was set back', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate'] });
    try {
      const { clock, committer, names, end, endAll } = rig({ inFlightPerLane: 1, paceMs: 40, earlyInARow: 0 });
      const all = [committer.store(request('before'))];
      await end(0);
      clock.set(clock.now() - 60_000);
      all.push(committer.store(request('after')));
      clock.advance(40);
      await jest.advanceTimersByTimeAsync(40);
      expect(names()).toEqual([['before'], ['after']]);
      endAll();
      await Promise.all(all);
    } finally {
      jest.useRealTimers();
    }
  });

  it('gives every workspace its turn, however much one of them sends', async () => {
    const { committer, names, end, endAll } = rig({ rows: 2, inFlight: 1, inFlightPerLane: 1, paceMs: 0 });
    const all = Array.from({ length: 12 }, (_, n) => committer.store(request(`noisy${n}`)));
    all.push(committer.store(request('quiet', { workspaceId: workspace(2) })));
    all.push(committer.store(request('calm', { workspaceId: workspace(3) })));
    for (const at of [0, 1, 2]) await end(at);
    expect(names()).toEqual([['noisy0'], ['quiet'], ['calm'], ['noisy1', 'noisy2']]);
    endAll();
    await Promise.all(all);
  });

  it('never mixes workspaces or windows of dedupe, nor runs more transactions than it may', async () => {
    const { committer, names, endAll } = rig({ inFlight: 2, paceMs: 0 });
    const all = [
      committer.store(request('a')),
      committer.store({ ...request('b'), dedupeDays: 30 }),
      committer.store(request('c', { workspaceId: workspace(2) })),
    ];
    expect(names()).toEqual([['a'], ['b']]);
    endAll();
    await Promise.all(all);
    expect(names()).toEqual([['a'], ['b'], ['c']]);
  });

  it('lets a workspace that is alone have more under way, until another sends', async () => {
    const limits = { rows: 1, paceMs: 0, inFlight: 9, inFlightPerLane: 2, inFlightAlone: 4, aloneMs: 1_000 };
    const { clock, committer, names, end, endAll } = rig(limits);
    const all = Array.from({ length: 8 }, (_, n) => committer.store(request(`a${n}`)));
    expect(names()).toEqual([['a0'], ['a1'], ['a2'], ['a3']]);
    all.push(committer.store(request('other', { workspaceId: workspace(2) })));
    expect(names()[4]).toEqual(['other']);
    for (const at of [0, 1]) await end(at);
    expect(names()).toHaveLength(5);
    await end(2);
    expect(names()[5]).toEqual(['a4']);
    await end(4);
    clock.advance(1_000);
    await end(3);
    expect(names().slice(6)).toEqual([['a5'], ['a6'], ['a7']]);
    endAll();
    await Promise.all(all);
  });

  it('lets a small group wait for the one before it, and sends a large one beside it', async () => {
    const { committer, names, end, endAll } = rig({ paceMs: 0, rowsBeside: 4, inFlight: 9, inFlightPerLane: 9 });
    const all = [committer.store(request('first'))];
    for (const name of ['a', 'b', 'c']) all.push(committer.store(request(name)));
    expect(names()).toEqual([['first']]);
    all.push(committer.store(request('d')));
    expect(names()).toEqual([['first'], ['a', 'b', 'c', 'd']]);
    for (const name of ['e', 'f', 'g', 'h']) all.push(committer.store(request(name)));
    expect(names()).toHaveLength(2);
    await end(0);
    expect(names()).toEqual([['first'], ['a', 'b', 'c', 'd'], ['e', 'f', 'g', 'h']]);
    endAll();
    await Promise.all(all);
  });

  it('halves a group until the bad request stands alone; the others are stored', async () => {
    const poison = ['p3', 'p17'];
    const { committer, names, end, endAll } = rig({ inFlightPerLane: 1, paceMs: 0 }, poison);
    const first = committer.store(request('first'));
    const all = Array.from({ length: 20 }, (_, n) => codeOf(committer.store(request(`p${n}`))));
    await end(0);
    expect(names()[1]).toHaveLength(20);
    endAll();
    await first;
    const codes = await Promise.all(all);
    expect(codes.filter((code) => code === 'stored')).toHaveLength(18);
    expect([codes[3], codes[17]]).toEqual(['INGEST_STORE_REFUSED', 'INGEST_STORE_REFUSED']);
  });

  it('fails the whole group, once, when the database is away', async () => {
    const { committer, names, end, fail } = rig({ inFlightPerLane: 1, paceMs: 0 });
    const first = committer.store(request('first'));
    const all = ['a', 'b', 'c'].map((name) => codeOf(committer.store(request(name))));
    await end(0);
    await first;
    fail(1, new AppError({ code: 'INGEST_STORE_AWAY', kind: 'transient', message: 'away' }));
    expect(await Promise.all(all)).toEqual(Array(3).fill('INGEST_STORE_AWAY'));
    expect(names()).toEqual([['first'], ['a', 'b', 'c']]);
    expect(committer.depth).toBe(0);
  });
});

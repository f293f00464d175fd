import { manualClock, seededRandom } from '@kohort/kernel-clock-random';
import { silentLogger } from '@kohort/kernel-telemetry';
import { HOLD_MS, MOST_HELD, Reception } from './reception';
import { START_LIMIT_MS, WorkerLine } from './worker-line';
import type { WorkerEvents, WorkerPort } from './worker.port';

/** A worker that does as the test says. */
class FakeWorker implements WorkerPort<string> {
  readonly unread: number[] = [];
  readonly served: string[] = [];
  isLeaving = false;
  isGone = false;
  private readonly connections = new Map<number, string>();

  constructor(
    readonly isFirst: boolean,
    private readonly events: WorkerEvents,
  ) {}

  give(id: number, connection: string): void {
    this.connections.set(id, connection);
    this.unread.push(id);
  }
  leave(): void {
    this.isLeaving = true;
  }
  kill(): void {
    this.end(null);
  }
  ready(): void {
    this.events.onReady();
  }
  take(): void {
    for (const id of this.unread.splice(0)) {
      this.events.onTaken(id);
      this.served.push(this.connections.get(id) ?? '');
    }
  }
  end(code: number | null): void {
    if (this.isGone) return;
    this.isGone = true;
    this.events.onGone(code);
  }
}

/** A supervisor in which time goes on when it is told to. */
function makeScene() {
  const clock = manualClock(1_000);
  const timers = new Set<{ readonly at: number; readonly work: () => void }>();
  const later = (waitMs: number, work: () => void): (() => void) => {
    const timer = { at: clock.now() + waitMs, work };
    timers.add(timer);
    return () => void timers.delete(timer);
  };
  const workers: FakeWorker[] = [];
  const refused: string[] = [];
  const letGo: string[] = [];
  const told = { up: 0, failed: [] as (number | null)[] };
  const reception = new Reception<string>({
    ...{ clock, later },
    refuse: (connection) => void refused.push(connection),
    letGo: (connection) => void letGo.push(connection),
  });
  const line = new WorkerLine<string>({
    ...{ reception, clock, later, logger: silentLogger },
    fork: ({ isFirst }, events) => {
      const worker = new FakeWorker(isFirst, events);
      workers.push(worker);
      return worker;
    },
    onUp: () => void (told.up += 1),
    onFailed: (code) => void told.failed.push(code),
  });
  const pass = (ms: number): void => {
    const end = clock.now() + ms;
    for (;;) {
      const [next] = [...timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
      if (!next) break;
      timers.delete(next);
      clock.set(Math.max(clock.now(), next.at));
      next.work();
    }
    clock.set(end);
  };
  const last = (): FakeWorker => {
    const worker = workers.at(-1);
    if (!worker) throw new Error('no worker was started');
    return worker;
  };
  const begin = (): FakeWorker => {
    line.start();
    last().ready();
    return last();
  };
  return { line, reception, workers, refused, letGo, told, pass, last, begin };
}

describe('the line of workers', () => {
  it('holds what comes before the first worker serves, and gives it on in order', () => {
    const { line, reception, last, told, letGo } = makeScene();
    line.start();
    reception.arrive('a');
    reception.arrive('b');
    expect([last().unread, reception.waiting, told.up]).toEqual([[], 2, 0]);
    last().ready();
    last().take();
    expect([last().served, letGo, told.up]).toEqual([['a', 'b'], ['a', 'b'], 1]);
  });

  it('rolls: the old worker serves until the new one can, and leaves only then', () => {
    const { line, reception, begin, last, workers, told } = makeScene();
    const old = begin();
    line.roll();
    reception.arrive('a');
    old.take();
    expect([workers.length, old.isLeaving, old.served]).toEqual([2, false, ['a']]);
    reception.arrive('b');
    const next = last();
    next.ready();
    expect(old.isLeaving).toBe(true);
    reception.arrive('c');
    old.take();
    next.take();
    expect([old.served, next.served]).toEqual([['a', 'b'], ['c']]);
    expect([old.isFirst, next.isFirst, told.up]).toEqual([true, false, 1]);
  });

  it('rolls once more when it was asked during a roll, however often, and never has three', () => {
    const { line, begin, last, workers } = makeScene();
    const first = begin();
    for (let n = 0; n < 5; n += 1) line.roll();
    last().ready();
    line.roll();
    expect(workers).toHaveLength(2);
    first.end(0);
    expect(workers).toHaveLength(3);
    last().ready();
    workers[1]?.end(0);
    expect(workers).toHaveLength(3);
  });

  it('stays with the old worker when the new one does not come to serve', () => {
    const { line, reception, begin, last, workers, pass } = makeScene();
    const old = begin();
    line.roll();
    last().end(1);
    pass(60_000);
    line.roll();
    pass(START_LIMIT_MS);
    expect([workers.length, workers[2]?.isGone, old.isLeaving]).toEqual([3, true, false]);
    reception.arrive('a');
    old.take();
    expect(old.served).toEqual(['a']);
  });

  it('follows a worker that ends unasked at once, then after longer pauses, and at once again when it was steady', () => {
    const { reception, begin, last, workers, pass, refused } = makeScene();
    begin().end(null);
    expect(workers).toHaveLength(2);
    reception.arrive('a');
    last().end(1);
    expect(workers).toHaveLength(2);
    pass(250);
    last().end(1);
    pass(499);
    expect(workers).toHaveLength(3);
    pass(1);
    last().ready();
    last().take();
    expect([last().served, refused]).toEqual([['a'], []]);
    pass(60_000);
    last().end(null);
    expect(workers).toHaveLength(5);
  });

  it('gives to the next worker what a killed one had not taken, and nothing that it had', () => {
    const { reception, begin, last } = makeScene();
    const killed = begin();
    reception.arrive('a');
    killed.take();
    reception.arrive('b');
    reception.arrive('c');
    killed.end(null);
    reception.arrive('d');
    last().ready();
    last().take();
    expect([killed.served, last().served]).toEqual([['a'], ['b', 'c', 'd']]);
  });

  it('tells clients to come again when no worker comes in time, or when too many wait', () => {
    const { reception, begin, last, refused, pass } = makeScene();
    begin().end(1);
    last().end(1);
    reception.arrive('early');
    pass(HOLD_MS - 1);
    reception.arrive('late');
    expect(refused).toEqual([]);
    pass(1);
    expect([refused, reception.waiting]).toEqual([['early'], 1]);
    for (let n = 0; n < MOST_HELD; n += 1) reception.arrive('one of many');
    expect([refused.length, reception.waiting]).toEqual([2, MOST_HELD]);
  });

  it('says so when the very first worker fails, and tries no other', () => {
    const { line, last, workers, told, pass } = makeScene();
    line.start();
    last().end(2);
    pass(600_000);
    expect([told.failed, told.up, workers.length]).toEqual([[2], 0, 1]);
  });

  it('ends when all are gone, and ends those that do not go', async () => {
    const { line, begin, last, workers, pass, reception, refused } = makeScene();
    const old = begin();
    line.roll();
    const next = last();
    next.ready();
    let isStopped = false;
    const stopped = line.stop().then(() => (isStopped = true));
    expect([old.isLeaving, next.isLeaving]).toEqual([true, true]);
    reception.arrive('a');
    old.end(0);
    await Promise.resolve();
    expect(isStopped).toBe(false);
    pass(22_000);
    expect(next.isGone).toBe(true);
    await stopped;
    expect([workers.length, refused]).toEqual([2, ['a']]);
  });

  it.each([1, 2, 3])('serves every connection once and holds none back, whatever happens (seed %i)', (seed) => {
    const random = seededRandom(seed);
    const { line, reception, begin, workers, pass, refused } = makeScene();
    begin();
    const some = (of: readonly FakeWorker[]): FakeWorker | undefined => of[random.int(of.length || 1)];
    let arrived = 0;
    for (let step = 0; step < 400; step += 1) {
      const living = workers.filter(({ isGone }) => !isGone);
      expect(living.length).toBeLessThanOrEqual(2);
      const pick = random.int(12);
      if (pick < 5) reception.arrive(String((arrived += 1)));
      else if (pick < 8) some(living)?.take();
      else if (pick === 8) some(living.filter((one) => one.unread.length === 0 && one.served.length === 0))?.ready();
      else if (pick === 9) line.roll();
      else if (pick === 10) some(living)?.end(random.int(2) === 0 ? null : 0);
      else pass(random.int(400));
    }
    for (let round = 0; round < 50; round += 1) {
      pass(1_000);
      for (const worker of workers.filter(({ isGone }) => !isGone)) {
        worker.ready();
        worker.take();
        if (worker.isLeaving) worker.end(0);
      }
    }
    const served = workers.flatMap((worker) => worker.served);
    expect(new Set(served).size).toBe(served.length);
    expect([...served, ...refused].sort()).toEqual(Array.from({ length: arrived }, (_, n) => String(n + 1)).sort());
    expect(reception.waiting).toBe(0);
  });
});

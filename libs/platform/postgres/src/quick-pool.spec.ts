import type { PostgresQueryResult } from 'kysely';
import { quickPool, type DriverClient } from './quick-pool';

interface Sent {
  readonly text: string;
  readonly name?: string;
}

/** A connection that writes down what it is sent, and fails where it is told to. */
class Recorder implements DriverClient {
  readonly sent: Sent[] = [];
  readonly settings: string[] = [];
  released: (boolean | undefined)[] = [];
  failing: Error | null = null;
  failingAt: ReadonlyMap<string, Error> = new Map();

  query<R>({ text, name }: Sent): Promise<PostgresQueryResult<R>> {
    if (SETTINGS.test(text)) this.settings.push(text);
    else this.sent.push(name === undefined ? { text } : { text, name });
    const failure = this.failingAt.get(text) ?? this.failing;
    if (failure !== null) return Promise.reject(failure);
    return Promise.resolve({ command: 'SELECT', rowCount: 0, rows: [] });
  }

  release(destroy?: boolean): void {
    this.released.push(destroy);
  }
}

/** What a connection is told before its plans are kept. */
const SETTINGS = /^(?:set plan_cache_mode|reset plan_cache_mode)/;

function rig(keepPlans: boolean) {
  const raw = new Recorder();
  let at = 0;
  const pool = quickPool({ connect: () => Promise.resolve(raw) }, { keepPlans, now: () => at });
  const pass = (ms: number): void => void (at += ms);
  return { raw, pool, pass, texts: () => raw.sent.map(({ text }) => text) };
}

/** How much had been sent whenever its socket was corked or uncorked. */
function corksOf(raw: Recorder): readonly number[] {
  const corks: number[] = [];
  const note = (): void => void corks.push(raw.sent.length);
  Object.assign(raw, { connection: { stream: { cork: note, uncork: note } } });
  return corks;
}

describe('quickPool', () => {
  it('sends what opens a transaction with its first statement, in one message', async () => {
    const { pool, texts } = rig(false);
    const client = await pool.connect();
    await client.query('begin', []);
    await client.query("set local app.ws = 'a'", []);
    expect(texts()).toEqual([]);
    await client.query('select $1', [1]);
    await client.query('select $1', [2]);
    await client.query('commit', []);
    expect(texts()).toEqual(["begin; set local app.ws = 'a'", 'select $1', 'select $1', 'commit']);
  });

  it('writes both at once, and every other statement by itself', async () => {
    const { pool, raw } = rig(true);
    const corks: string[] = [];
    const note = (what: string) => (): void => void corks.push(`${what} ${raw.sent.length}`);
    Object.assign(raw, { connection: { stream: { cork: note('cork'), uncork: note('uncork') } } });
    const client = await pool.connect();
    await client.query('begin', []);
    await client.query('select $1', [1]);
    await client.query('select $1', [2]);
    await client.query('commit', []);
    expect(raw.sent).toHaveLength(4);
    expect(corks).toEqual(['cork 0', 'uncork 2']);
  });

  it('sends a statement that nobody reads the answer of with the next one, or with the commit', async () => {
    const { pool, texts, raw } = rig(true);
    const corks = corksOf(raw);
    const client = await pool.connect();
    await client.query('begin', []);
    await client.query('/* along */ insert $1', [1]);
    expect(texts()).toEqual([]);
    await client.query('select $1', [2]);
    expect(texts()).toEqual(['begin', '/* along */ insert $1', 'select $1']);
    await client.query('/* along */ insert $1', [3]);
    await client.query('/* along */ update $1', [4]);
    expect(raw.sent).toHaveLength(3);
    await client.query('commit', []);
    expect(texts().slice(3)).toEqual(['/* along */ insert $1', '/* along */ update $1', 'commit']);
    expect(raw.sent[3]?.name).toBe(raw.sent[1]?.name);
    expect(corks).toEqual([0, 3, 3, 6]);
  });

  it('sends it at once outside of a transaction, and not at all in one that is rolled back', async () => {
    const { pool, texts } = rig(false);
    const client = await pool.connect();
    await client.query('/* along */ insert $1', [1]);
    expect(texts()).toEqual(['/* along */ insert $1']);
    await client.query('begin', []);
    await client.query('/* along */ insert $1', [2]);
    await client.query('rollback', []);
    await client.query('begin', []);
    await client.query('select 1', []);
    await client.query('commit', []);
    expect(texts().slice(1)).toEqual(['begin', 'select 1', 'commit']);
  });

  it('fails the commit that went along with what failed, with the first reason, and rolls nothing back then', async () => {
    const { pool, raw, texts } = rig(false);
    const client = await pool.connect();
    await client.query('begin', []);
    await client.query('select $1', [1]);
    await client.query('/* along */ insert $1', [2]);
    await client.query('/* along */ update $1', [3]);
    raw.failingAt = new Map([
      ['/* along */ insert $1', new Error('taken')],
      ['/* along */ update $1', new Error('aborted')],
    ]);
    await expect(client.query('commit', [])).rejects.toThrow('taken');
    await client.query('rollback', []);
    expect(texts()).toEqual(['begin', 'select $1', '/* along */ insert $1', '/* along */ update $1', 'commit']);
  });

  it('takes the commit along with the last statement, in one write, and asks nothing behind it', async () => {
    const { pool, texts, raw } = rig(true);
    const corks = corksOf(raw);
    const client = await pool.connect();
    await client.query('begin', []);
    await client.query('/* along */ insert $1', [1]);
    await client.query('/* last */ select $1', [2]);
    expect(texts()).toEqual(['begin', '/* along */ insert $1', '/* last */ select $1', 'commit']);
    expect([corks[0], corks.at(-1)]).toEqual([0, 4]);
    expect(() => client.query('select $1', [3])).toThrow(expect.objectContaining({ code: 'POSTGRES_AFTER_LAST' }));
    await client.query('commit', []);
    await client.query('begin', []);
    await client.query('select $1', [4]);
    await client.query('commit', []);
    expect(texts().slice(4)).toEqual(['begin', 'select $1', 'commit']);
  });

  it.each([
    ['/* last */ select $1', 'no such column'],
    ['commit', 'a constraint that waits for the commit'],
  ])('fails the last statement where %s fails, and rolls nothing back then', async (text, reason) => {
    const { pool, texts, raw } = rig(false);
    const client = await pool.connect();
    await client.query('begin', []);
    raw.failingAt = new Map([[text, new Error(reason)]]);
    await expect(client.query('/* last */ select $1', [1])).rejects.toThrow(reason);
    await client.query('rollback', []);
    expect(texts()).toEqual(['begin', '/* last */ select $1', 'commit']);
  });

  it.each(['commit', 'rollback'])('says nothing of a transaction that asked nothing, and then %s', async (end) => {
    const { pool, texts } = rig(false);
    const client = await pool.connect();
    await client.query('start transaction read only', []);
    await client.query("set local app.ws = 'a'", []);
    await client.query(end, []);
    await client.query('begin', []);
    await client.query('select 1', []);
    await client.query(end, []);
    expect(texts()).toEqual(['begin', 'select 1', end]);
  });

  it('ends a transaction whose last words were settings', async () => {
    const { pool, texts } = rig(false);
    const client = await pool.connect();
    await client.query('begin', []);
    await client.query('select 1', []);
    await client.query('set local statement_timeout = 5', []);
    await client.query('commit', []);
    expect(texts()).toEqual(['begin', 'select 1', 'commit']);
  });

  it('fails a statement whose transaction could not be opened', async () => {
    const { pool, raw } = rig(false);
    const client = await pool.connect();
    await client.query('begin', []);
    raw.failing = new Error('away');
    await expect(client.query('select $1', [1])).rejects.toThrow('away');
  });

  it('names statements with parameters where plans are kept: the same text the same, another another', async () => {
    const { pool, raw } = rig(true);
    const client = await pool.connect();
    for (const text of ['select $1', 'select $1 + 1', 'select $1']) await client.query(text, [1]);
    await client.query('select 1', []);
    const [first, other, again, plain] = raw.sent.map(({ name }) => name);
    expect(first).toMatch(/^[\w-]{22}$/);
    expect(again).toBe(first);
    expect(other).not.toBe(first);
    expect(plain).toBeUndefined();
  });

  it('plans for any values where plans are kept, as usual elsewhere, and says so when it changes', async () => {
    const raw = new Recorder();
    const base = { connect: () => Promise.resolve(raw) };
    const [usual, kept] = [false, true].map((keepPlans) => quickPool(base, { keepPlans, now: () => 0 }));
    const settings: number[] = [];
    for (const pool of [usual, kept, kept, usual, usual, kept]) {
      const client = await pool?.connect();
      client?.release();
      settings.push(raw.settings.length);
    }
    expect(settings).toEqual([0, 1, 1, 2, 2, 3]);
    const [any, reset] = raw.settings;
    const names = (text = ''): string[] => text.split('; ').map((one) => one.split(' ')[1] ?? '');
    expect(any).toContain('set plan_cache_mode = force_generic_plan');
    expect(names(reset)).toEqual(names(any));
    expect(reset?.split('; ').every((one) => one.startsWith('reset '))).toBe(true);
  });

  it('keeps a bounded number of texts; the rest is sent without a name', async () => {
    const { pool, raw } = rig(true);
    const client = await pool.connect();
    for (let i = 0; i < 400; i += 1) await client.query(`select $1 + ${i}`, [1]);
    expect(raw.sent.filter(({ name }) => name !== undefined)).toHaveLength(300);
    await client.query('select $1 + 0', [1]);
    expect(raw.sent.at(-1)?.name).toBe(raw.sent[0]?.name);
  });

  it('plans anew after five seconds, once, also for those who had the connection before', async () => {
    const { pool, texts, pass } = rig(true);
    const ask = async (): Promise<void> => {
      const client = await pool.connect();
      await client.query('select $1', [1]);
      client.release();
    };
    await ask();
    pass(4_999);
    await ask();
    pass(1);
    await ask();
    await ask();
    expect(texts()).toEqual(['select $1', 'select $1', 'discard plans', 'select $1', 'select $1']);
  });

  it('plans anew after twice as long each time, up to twenty seconds', async () => {
    const { pool, texts, pass } = rig(true);
    const planned: number[] = [];
    for (let second = 0; second <= 100; second += 1) {
      const before = texts().length;
      (await pool.connect()).release();
      if (texts().length > before) planned.push(second);
      pass(1_000);
    }
    expect(planned).toEqual([5, 15, 35, 55, 75, 95]);
    expect(new Set(texts())).toEqual(new Set(['discard plans']));
  });

  it.each([
    ['0A000', 'cached plan must not change result type', true],
    ['26000', 'prepared statement "x" does not exist', true],
    ['0A000', 'something that is not supported', false],
    ['40001', 'could not serialize access', false],
  ])('does not use a connection again whose statements are stale: %s %s', async (code, message, destroyed) => {
    const { pool, raw } = rig(true);
    const client = await pool.connect();
    raw.failing = Object.assign(new Error(message), { code });
    await expect(client.query('select $1', [1])).rejects.toThrow(message);
    client.release();
    expect(raw.released).toEqual([destroyed]);
  });
});

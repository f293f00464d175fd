import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDoorDatabase, startDoorProcess, type DoorDatabase, type DoorProcess } from '@kohort/testing-door';

const built = join(__dirname, '../../../apps/gateway/dist');
/** The gateway as a process of its own: a kill hits it. */
const ALONE = join(built, 'serve.cjs');
/** The gateway behind its supervisor, as it is run. */
export const SUPERVISED = join(built, 'main.cjs');

interface Readiness {
  readonly status: string;
  readonly degraded?: string;
  readonly spool?: { readonly records: number };
}

/** A database and a gateway on it, in a folder of their own. */
export class Door {
  private constructor(
    readonly folder: string,
    readonly database: DoorDatabase,
    public gateway: DoorProcess,
    private readonly env: Readonly<Record<string, string>>,
    /** Lines of its log. */
    readonly log: readonly string[],
  ) {}

  static async open(env: Readonly<Record<string, string>> = {}, bundle: string = ALONE): Promise<Door> {
    const folder = mkdtempSync(join(tmpdir(), 'kohort-door-'));
    const database = await startDoorDatabase(folder);
    try {
      const log: string[] = [];
      const onLine = (line: string): void => void log.push(line);
      const gateway = await startDoorProcess({ bundle, folder, database, env, onLine });
      return new Door(folder, database, gateway, env, log);
    } catch (thrown) {
      await database.stop();
      throw thrown;
    }
  }

  /** After a kill: the same settings, another port. */
  async startAgain(): Promise<void> {
    this.gateway = await startDoorProcess({
      bundle: ALONE,
      folder: this.folder,
      database: this.database,
      env: this.env,
    });
  }

  async close(): Promise<void> {
    await this.gateway.stop();
    await this.database.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** What the door says of itself. */
  async readiness(): Promise<{ status: number; body: Readiness }> {
    const response = await fetch(`${this.gateway.url}/health/ready`);
    return { status: response.status, body: JSON.parse(await response.text()) };
  }

  /** Waits until the database is there and nothing waits in the spool. */
  async untilDrained(limitMs = 240_000): Promise<void> {
    const deadline = Date.now() + limitMs;
    for (;;) {
      const { status, body } = await this.readiness();
      if (status === 200 && body.degraded === undefined && body.spool === undefined) return;
      if (Date.now() > deadline) throw new Error(`not drained: ${JSON.stringify(body)}`);
      await new Promise((done) => setTimeout(done, 50));
    }
  }

  /** Ids of the events that are stored, as often as they are. */
  async storedIds(): Promise<string[]> {
    const rows = await this.database.query<{ message_id: string }>('select message_id from event');
    return rows.map((row) => row.message_id);
  }

  /** Sums of the ledger. */
  async ledger(): Promise<Record<'received' | 'stored' | 'duplicate', number>> {
    const rows = await this.database.query<Record<'received' | 'stored' | 'duplicate', string>>(
      'select sum(received) as received, sum(stored) as stored, sum(duplicate) as duplicate from ledger_minute',
    );
    const of = (key: 'received' | 'stored' | 'duplicate'): number => Number(rows[0]?.[key] ?? 0);
    return { received: of('received'), stored: of('stored'), duplicate: of('duplicate') };
  }

  /** Asserts what holds after any history: what was acknowledged is stored, nothing twice, the books balance. */
  async expectNothingLost(acknowledged: ReadonlySet<string>): Promise<number> {
    const ids = await this.storedIds();
    const stored = new Set(ids);
    expect([...acknowledged].filter((id) => !stored.has(id))).toEqual([]);
    expect(ids).toHaveLength(stored.size);
    const ledger = await this.ledger();
    expect(ledger.stored).toBe(ids.length);
    expect(ledger.received).toBe(ledger.stored + ledger.duplicate);
    return ids.length;
  }
}

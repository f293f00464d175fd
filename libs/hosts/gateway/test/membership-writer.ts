import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { Database } from '@kohort/platform-postgres';
import type { SeededWorld } from './seed-world';

/** Writes membership changes of a person, version after version; each transaction stays open for a while. */
export class MembershipWriter {
  readonly written: string[] = [];
  private version = 10;

  constructor(
    private readonly database: Database,
    private readonly world: SeededWorld,
    private readonly profileId: string,
  ) {}

  /** One transaction with `count` changes that commits `holdMs` after they were numbered. */
  async write(count: number, holdMs = 0): Promise<void> {
    const { workspaceId: workspace_id, segmentId: segment_id } = this.world;
    const batch_id = randomUUID();
    const rows = Array.from({ length: count }, () => {
      this.version += 1;
      return {
        ...{ workspace_id, batch_id, segment_id, segment_key: 'pro', profile_id: this.profileId, segment_version: 2 },
        ...{ kind: this.version % 2 === 0 ? 'exited' : 'entered', change_version: this.version },
        ...{ rule_hash: Buffer.alloc(32), evaluated_at: new Date(), cause: 'event', proof_hash: null, event_id: null },
      };
    });
    await this.database.inWorkspace(workspace_id, async (tx) => {
      await tx.insertInto('batch').values({ workspace_id, id: batch_id, kind: 'membership' }).execute();
      await tx.insertInto('membership_change').values(rows).execute();
      if (holdMs > 0) await sql`select pg_sleep(${holdMs / 1_000})`.execute(tx);
    });
    this.written.push(...rows.map((row) => `${segment_id}:${this.profileId}:${row.change_version}`));
  }
}

import { sql } from 'kysely';
import { reading, type Scope } from './deadline';

/**
 * What is accepted and not yet worked off: outbox rows that the relay has not passed, and tasks that have not ended. A
 * long run that is under way counts as one. 0: everybody's membership is as the stored records say.
 */
export async function backlog(scope: Scope): Promise<number> {
  const { rows } = await reading(scope, (tx) =>
    sql<{ waiting: string }>`
      select (select count(*) from outbox o
              where o.workspace_id = ${scope.workspaceId}
                and (o.xid, o.seq) > (select p.xid, p.seq from reader_position p where p.reader = 'relay'))
           + (select count(*) from task t
              where t.workspace_id = ${scope.workspaceId} and t.status in ('waiting', 'running')) as waiting`.execute(
      tx,
    ),
  );
  return Number(rows[0]?.waiting ?? 0);
}

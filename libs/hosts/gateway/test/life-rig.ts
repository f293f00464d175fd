import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { systemClock } from '@kohort/kernel-clock-random';
import { runIdSchema, runParams, type WorkspaceId } from '@kohort/kernel-contracts';
import { openColumnLoader, type OpenColumnLoader } from '@kohort/platform-columns';
import { runsHandler, segmentStore } from '@kohort/platform-postgres';
import { RuleSets, backfillSegments } from '@kohort/segments-flow';
import { startTestColumns, type TestColumns } from '@kohort/testing-columns';
import { GatewayRig } from './gateway-rig';

/** People of the workspace that a life rig is filled with: person i is `u<i>`. */
export const PEOPLE = 60;

/** How many of them a condition holds for. */
export const countOf = (holds: (i: number) => boolean): number =>
  Array.from({ length: PEOPLE }, (_, i) => i).filter(holds).length;

/** A gateway with a column store, a workspace with people, and back-fills run as the pipeline worker runs them. */
export class LifeRig {
  private constructor(
    readonly rig: GatewayRig,
    readonly ws: WorkspaceId,
    readonly key: string,
    private readonly parts: { readonly test: TestColumns; readonly loader: OpenColumnLoader },
  ) {}

  static async start(): Promise<LifeRig> {
    const test = await startTestColumns();
    let loader: OpenColumnLoader | null = null;
    const columns = {
      store: test.columns.store,
      loader: {
        load: async (...of: Parameters<OpenColumnLoader['load']>) => {
          if (loader === null) throw new TypeError('not opened yet');
          return loader.load(...of);
        },
        verify: async () => ({ equal: true }),
      },
    };
    const rig = await GatewayRig.start({ columns });
    loader = openColumnLoader({ database: rig.db.database, columns: test.columns });
    const ws = await rig.db.addWorkspace();
    const life = new LifeRig(rig, ws, (await rig.key(ws)).text, { test, loader });
    await life.fill();
    return life;
  }

  async stop(): Promise<void> {
    await this.rig.stop();
    await this.parts.loader.close();
    await this.parts.test.stop();
  }

  /** Person i: i % 4 orders, the trait `plan` is pro for every third. */
  private async fill(): Promise<void> {
    const { rig, ws } = this;
    const [source, batch] = [randomUUID(), randomUUID()];
    await rig.db.database.inWorkspace(ws, async (tx) => {
      await sql`insert into source (workspace_id, id, key, name, kind) values (${ws}, ${source}, 's', 'S', 'http')`.execute(
        tx,
      );
      await sql`insert into batch (workspace_id, id, kind) values (${ws}, ${batch}, 'events')`.execute(tx);
      await sql`insert into profile (workspace_id, id, canonical_id, first_seen_at, last_seen_at)
        select ${ws}, gen_random_uuid(), 'u' || i, now(), now() from generate_series(0, ${PEOPLE - 1}) i`.execute(tx);
      await sql`insert into event (workspace_id, id, received_at, batch_id, source_id, message_id, type, name, user_id, ts, properties)
        select ${ws}, gen_random_uuid(), now(), ${batch}, ${source}, 'm' || i || '-' || k, 'track',
          case when k = 0 then 'Page Viewed' else 'Order Completed' end, 'u' || i, now() - k * interval '10 days 1 hour',
          jsonb_build_object('total', i)
        from generate_series(0, ${PEOPLE - 1}) i, lateral generate_series(0, i % 4) k`.execute(tx);
      await sql`insert into event_assignment (workspace_id, event_id, profile_id, batch_id, received_at, ts, sign)
        select e.workspace_id, e.id, p.id, e.batch_id, e.received_at, e.ts, 1 from event e
        join profile p on p.workspace_id = e.workspace_id and p.canonical_id = e.user_id`.execute(tx);
      await sql`insert into trait_value (workspace_id, profile_id, key, valid_from, message_id, kind, value)
        select ${ws}, id, 'plan', now() - interval '1 hour', 'm1', 'custom', '"pro"' from profile
        where substr(canonical_id, 2)::int % 3 = 0`.execute(tx);
    });
  }
  /** Data of an operation that must go well. */
  async ask(query: string, variables: Record<string, unknown> = {}): Promise<Record<string, unknown>> {
    const { data, errors } = await this.rig.ask(this.key, query, variables);
    expect(errors).toEqual([]);
    return data ?? {};
  }
  /** Runs the job that a mutation answered, as the pipeline worker does. */
  async run(answer: unknown): Promise<unknown> {
    const { id } = answer as { id: string };
    const { rig, ws, parts } = this;
    const { test, loader } = parts;
    const deps = {
      store: segmentStore(rig.db.database),
      ruleSets: new RuleSets(),
      columns: test.columns.store,
      loader,
    };
    const handle = runsHandler({
      database: rig.db.database,
      clock: systemClock,
      params: runParams['segments.backfill'],
      flow: (runs) => backfillSegments(deps, runs),
    });
    const input = { workspaceId: ws, runIds: [runIdSchema.parse(id)] };
    await handle(input, { signal: new AbortController().signal, isLastAttempt: true });
    return (await this.ask('query ($id: ID!) { job(id: $id) { status error { code } } }', { id }))['job'];
  }
  /** Makes a segment as a draft. */
  async made(segment: string, rule: string): Promise<void> {
    const input = { key: segment, name: segment, rule };
    const { made: answer } = await this.ask(
      'mutation ($input: CreateSegmentInput!) { made: createSegment(input: $input) { __typename } }',
      { input },
    );
    expect(answer).toEqual({ __typename: 'Segment' });
  }

  /** Publishes its latest version, `more` arguments given, and runs the job. */
  async publish(segment: string, more = ''): Promise<unknown> {
    const { job } = await this.ask(
      `mutation ($key: String!) { job: publishSegment(key: $key ${more}) { __typename ... on Job { id } ... on Failure { code } } }`,
      { key: segment },
    );
    return this.run(job);
  }
}

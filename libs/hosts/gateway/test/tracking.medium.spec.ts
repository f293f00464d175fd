import { resolveIdentities } from '@kohort/identity-flow';
import { trackingHandlers } from '@kohort/hosts-pipeline';
import { batchIdSchema, runIdSchema, type WorkspaceId } from '@kohort/kernel-contracts';
import { identityStore } from '@kohort/platform-postgres';
import { SuppressionKeys, messageScreen } from '@kohort/privacy-domain';
import { GatewayRig } from './gateway-rig';

const PLAN = {
  name: 'Shop',
  unplannedEvents: 'flag',
  actions: { wrong_type: 'block', missing_property: 'block', wrong_value: 'flag', unplanned_property: 'pass' },
  events: {
    Order: {
      schema: {
        type: 'object',
        required: ['order_id', 'total'],
        properties: { order_id: { type: 'string' }, total: { type: 'number', maximum: 1000 } },
      },
    },
  },
};

type Loose = Record<string, unknown>;
const fields = `source { key } event rule action messages planVersion`;

describe('tracking plans over HTTP and GraphQL', () => {
  let rig: GatewayRig;
  let workspaceId: WorkspaceId;
  let key: { id: string; text: string };
  let writeKey: string;
  let aheadMs = 0;
  const clock = { now: () => Date.now() + aheadMs };

  beforeAll(async () => {
    rig = await GatewayRig.start({ ingest: undefined, clock });
  });
  afterAll(() => rig.stop());
  beforeEach(async () => {
    workspaceId = await rig.db.addWorkspace('Ours');
    key = await rig.key(workspaceId);
    const made = await ask(
      'mutation { createSource(input: { key: "web", name: "Web" }) { ... on NewSource { writeKey } } }',
    );
    writeKey = (made['createSource'] as { writeKey: string }).writeKey;
  });

  async function ask(query: string, variables: Record<string, unknown> = {}): Promise<Loose> {
    const { data, errors } = await rig.ask(key.text, query, variables);
    expect(errors).toEqual([]);
    return data ?? {};
  }
  const send = async (batch: readonly object[], native = false) => {
    const response = await fetch(`${rig.gateway.url}/${native ? 'v2/events' : 'v1/batch'}`, {
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from(`${writeKey}:`).toString('base64')}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ batch }),
    });
    return { status: response.status, body: (await response.json()) as Record<string, never> };
  };
  const draft = async (document: object): Promise<string> => {
    const made = await ask(
      `mutation ($document: JSON!) { createTrackingPlan(input: { source: "web", document: $document }) {
         ... on TrackingPlan { id version status } ... on Failure { code message } } }`,
      { document },
    );
    return (made['createTrackingPlan'] as { id: string }).id;
  };
  /** Approves, and lets the five seconds pass within which every door knows it. */
  const approve = async (id: string) => {
    const done = await ask(
      `mutation ($id: ID!) { approveTrackingPlan(id: $id) { ... on TrackingPlan { version status approvedBy approvedAt } ... on Failure { code } } }`,
      { id },
    );
    aheadMs += 5_000;
    return done['approveTrackingPlan'] as Record<string, unknown>;
  };
  const run = async (
    job: 'tracking.replay' | 'tracking.learn',
    mutation: string,
    variables: Record<string, unknown>,
  ) => {
    const asked = await ask(mutation, variables);
    const { id } = Object.values(asked)[0] as unknown as { id: string };
    const screen = messageScreen(new SuppressionKeys([Buffer.alloc(32, 8)]));
    const handler = trackingHandlers({ database: rig.db.database, clock, screen })[job];
    const signal = new AbortController().signal;
    await handler?.({ workspaceId, runId: runIdSchema.parse(id) }, { signal, isLastAttempt: true });
    const { job: ended } = await ask('query ($id: ID!) { job(id: $id) { status result error { code } } }', { id });
    return ended as { status: string; result: Record<string, unknown> };
  };
  const replay = (input: object) =>
    run(
      'tracking.replay',
      'mutation ($input: ReplayQuarantineInput!) { replayQuarantine(input: $input) { ... on Job { id } ... on Failure { code message } } }',
      { input },
    );
  const resolveAll = async () => {
    const batches = await rig.db.database.inWorkspace(workspaceId, (tx) =>
      tx.selectFrom('batch').select('id').where('kind', '=', 'events').execute(),
    );
    const batchIds = batches.map((row) => batchIdSchema.parse(row.id));
    await resolveIdentities({ store: identityStore(rig.db.database, { screen: null }) }, { workspaceId, batchIds });
  };
  const balance = async () =>
    (
      await ask(
        '{ ledgerBalance(source: "web") { received stored duplicate rejected suppressed quarantined processed pending residual storedResidual } }',
      )
    )['ledgerBalance'] as Record<string, number>;
  const order = (n: number, properties: object = {}) => ({
    ...{ type: 'track', userId: `u${n % 40}`, event: 'Order', messageId: `m${n}`, timestamp: '2026-11-01T10:00:00Z' },
    properties: { order_id: `o${n}`, total: n % 500, ...properties },
  });

  it('change nothing before they are approved, and say who approved them', async () => {
    const id = await draft(PLAN);
    await send([order(1, { total: 'free' })]);
    expect(await balance()).toMatchObject({ stored: 1, quarantined: 0 });
    expect(await approve(id)).toMatchObject({ version: 1, status: 'APPROVED', approvedBy: key.id });
    const { body } = await send([order(2, { total: 'free' }), order(3)], true);
    expect(JSON.stringify(body)).toContain('plan_wrong_type');
    expect(await balance()).toMatchObject({ received: 3, stored: 2, quarantined: 1, residual: 0 });
    const second = await draft({ ...PLAN, unplannedEvents: 'block' });
    const { trackingPlan } = await ask(
      'query ($id: ID!) { trackingPlan(id: $id) { version changes { kind at what } source { key } } }',
      { id: second },
    );
    expect(trackingPlan).toEqual({
      version: 2,
      changes: [{ kind: 'TIGHTENED', at: 'unplannedEvents', what: 'flag → block' }],
      source: { key: 'web' },
    });
    await approve(second);
    await send([{ type: 'track', userId: 'u', event: 'Ordr', messageId: 'x' }]);
    expect(await balance()).toMatchObject({ quarantined: 2 });
    const { trackingPlans } = await ask(
      '{ trackingPlans(first: 10, filter: { source: "web" }) { nodes { version status archivedBy } } }',
    );
    expect((trackingPlans as { nodes: unknown }).nodes).toEqual([
      { version: 2, status: 'APPROVED', archivedBy: null },
      { version: 1, status: 'ARCHIVED', archivedBy: key.id },
    ]);
    const again = await ask('mutation ($id: ID!) { approveTrackingPlan(id: $id) { ... on Failure { code } } }', { id });
    expect(again['approveTrackingPlan']).toEqual({ code: 'COMMAND_PLAN_ARCHIVED' });
  });

  it('keep one poisoned event of a hundred from the ninety-nine, and let it in once the plan is right', async () => {
    await approve(await draft(PLAN));
    const poison = [
      { total: 'NaN' },
      { order_id: undefined },
      { total: undefined },
      { order_id: { $gt: 1 } },
      { total: [1] },
    ];
    for (let call = 0; call < 20; call += 1) {
      const batch = Array.from({ length: 100 }, (_, i) => {
        const n = call * 100 + i;
        return i === 37 ? order(n, poison[call % poison.length]) : order(n);
      });
      expect((await send(batch)).status).toBe(200);
    }
    await resolveAll();
    expect(await balance()).toEqual({
      ...{ received: 2000, stored: 1980, quarantined: 20, duplicate: 0, rejected: 0, suppressed: 0 },
      ...{ processed: 1980, pending: 0, residual: 0, storedResidual: 0 },
    });
    const counted = await ask(`{ planViolations(first: 10) { nodes { ${fields} } } }`);
    expect((counted['planViolations'] as { nodes: unknown }).nodes).toEqual([
      {
        source: { key: 'web' },
        event: 'Order',
        rule: 'MISSING_PROPERTY',
        action: 'BLOCK',
        messages: 8,
        planVersion: 1,
      },
      { source: { key: 'web' }, event: 'Order', rule: 'WRONG_TYPE', action: 'BLOCK', messages: 12, planVersion: 1 },
    ]);
    const listed = await ask(
      '{ quarantinedEvents(first: 40, filter: { source: "web", event: "Order", code: "plan_missing_property" }) { nodes { field violations { path action } payload } pageInfo { hasNextPage } } }',
    );
    const nodes = (listed['quarantinedEvents'] as { nodes: { field: string; payload: string }[] }).nodes;
    expect(nodes).toHaveLength(8);
    expect(new Set(nodes.map(({ field }) => field))).toEqual(new Set(['/properties/order_id', '/properties/total']));

    // Changed on the way: what can be cast comes in.
    const dry = await replay({ filter: { source: 'web' }, dryRun: true });
    expect(dry.result).toMatchObject({ items: 20, stored: 0, quarantined: 20, dryRun: true });
    const cast = await replay({ filter: { source: 'web' }, change: { cast: { order_id: 'string', total: 'string' } } });
    expect(cast).toMatchObject({ status: 'SUCCEEDED', result: { items: 20, stored: 0, quarantined: 20 } });
    const loose = { ...PLAN, actions: { wrong_type: 'flag', missing_property: 'pass' } };
    await approve(await draft(loose));
    const done = await replay({ filter: { source: 'web' } });
    expect(done).toMatchObject({ status: 'SUCCEEDED', result: { items: 20, stored: 20, quarantined: 0, lost: 0 } });
    expect((await replay({})).result).toMatchObject({ items: 0, stored: 0 });
    await send(Array.from({ length: 20 }, (_, call) => order(call * 100 + 37, poison[call % poison.length])));
    await resolveAll();
    expect(await balance()).toEqual({
      ...{ received: 2060, stored: 2000, quarantined: 40, duplicate: 20, rejected: 0, suppressed: 0 },
      ...{ processed: 2000, pending: 0, residual: 0, storedResidual: 0 },
    });
    const events = await rig.db.database.inWorkspace(workspaceId, (tx) =>
      tx.selectFrom('event').select(['ts', 'flags']).where('message_id', '=', 'm37').execute(),
    );
    expect(events).toEqual([{ ts: new Date('2026-11-01T10:00:00Z'), flags: [] }]);
  });

  it('page through what they found and through the books without a gap', async () => {
    await approve(await draft({ ...PLAN, unplannedEvents: 'block' }));
    const batch = Array.from({ length: 25 }, (_, n) => ({
      ...order(n),
      event: `Unknown ${String(n).padStart(2, '0')}`,
    }));
    await send([...batch, order(99, { total: 5000 }), order(98, { extra: 1 })]);
    const seen: unknown[] = [];
    let after: string | null = null;
    for (let pages = 0; pages < 20; pages += 1) {
      const page: Loose = await ask(
        `query ($after: Cursor) { planViolations(first: 4, after: $after, step: HOUR) { nodes { ${fields} at } pageInfo { hasNextPage endCursor } } }`,
        { after },
      );
      const { nodes, pageInfo } = page['planViolations'] as {
        nodes: object[];
        pageInfo: { hasNextPage: boolean; endCursor: string };
      };
      seen.push(...nodes);
      after = pageInfo.endCursor;
      if (!pageInfo.hasNextPage) break;
    }
    expect(seen).toHaveLength(27);
    expect(new Set(seen.map((node) => JSON.stringify(node))).size).toBe(27);
    const ids: string[] = [];
    for (let cursor: string | null = null, more = true; more;) {
      const page: Loose = await ask(
        'query ($after: Cursor) { quarantinedEvents(first: 7, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } } }',
        { after: cursor },
      );
      const { nodes, pageInfo } = page['quarantinedEvents'] as {
        nodes: { id: string }[];
        pageInfo: { hasNextPage: boolean; endCursor: string };
      };
      ids.push(...nodes.map(({ id }) => id));
      cursor = pageInfo.endCursor;
      more = pageInfo.hasNextPage;
    }
    expect(new Set(ids).size).toBe(25);
    const series = await ask(
      '{ ledgerSeries(first: 10, step: DAY, source: "web") { nodes { received stored quarantined residual source { key } } } }',
    );
    expect((series['ledgerSeries'] as { nodes: unknown }).nodes).toEqual([
      { received: 27, stored: 2, quarantined: 25, residual: 0, source: { key: 'web' } },
    ]);
    const one = await replay({ filter: { ids: ids.slice(0, 3) }, change: { event: 'Order' } });
    expect(one.result).toMatchObject({ items: 3, stored: 3 });
  });

  it('are learned as a proposal that lets in what it was learned from', async () => {
    await send(Array.from({ length: 200 }, (_, n) => order(n, { coupon: n % 2 ? 'A' : null })));
    const learned = await run(
      'tracking.learn',
      'mutation { learnTrackingPlan(input: { source: "web", name: "Web" }) { ... on Job { id } ... on Failure { code message } } }',
      {},
    );
    expect(learned).toMatchObject({ status: 'SUCCEEDED', result: { sampled: 200, events: 1, version: 1 } });
    const { trackingPlans } = await ask(
      '{ trackingPlans(first: 5, filter: { status: DRAFT, origin: LEARNED }) { nodes { id document evidence createdBy } } }',
    );
    const [proposal] = (
      trackingPlans as { nodes: { id: string; document: typeof PLAN; evidence: object; createdBy: string }[] }
    ).nodes;
    expect(proposal?.createdBy).toBe(key.id);
    expect(proposal?.document.events.Order.schema.required).toEqual(['coupon', 'order_id', 'total']);
    expect(proposal?.evidence).toMatchObject({ sampled: 200, events: [{ name: 'Order', examples: 200 }] });
    await approve(proposal?.id ?? '');
    await send([
      ...Array.from({ length: 200 }, (_, n) => ({
        ...order(n, { coupon: n % 2 ? 'A' : null }),
        messageId: `again${n}`,
      })),
      order(900, { total: 'x' }),
    ]);
    const counted = await ask('{ planViolations(first: 10) { nodes { rule messages } } }');
    expect((counted['planViolations'] as { nodes: unknown }).nodes).toEqual([
      { rule: 'MISSING_PROPERTY', messages: 1 },
      { rule: 'WRONG_TYPE', messages: 1 },
    ]);
  });

  it('say line and column of a fault, and are of their workspace alone', async () => {
    const bad = await ask(
      `mutation { createTrackingPlan(input: { text: "events:\\n  A:\\n    schema:\\n      type: objekt\\n" }) { ... on InvalidInput { code issues { path message } } } }`,
    );
    expect(JSON.stringify(bad['createTrackingPlan'])).toMatch(/PLAN_INVALID.*line 4, column 13/);
    const id = await draft(PLAN);
    const other = await rig.key(await rig.db.addWorkspace('Theirs'));
    const { data } = await rig.ask(
      other.text,
      'mutation ($id: ID!) { approveTrackingPlan(id: $id) { ... on Failure { code } } }',
      { id },
    );
    expect(data).toEqual({ approveTrackingPlan: { code: 'COMMAND_NOT_FOUND' } });
    expect((await rig.ask(other.text, '{ trackingPlans(first: 5) { nodes { id } } }')).data).toEqual({
      trackingPlans: { nodes: [] },
    });
  });
});

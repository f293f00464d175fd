import { sql } from 'kysely';
import { GatewayRig } from './gateway-rig';
import { seedWorld, type SeededWorld } from './seed-world';

describe('limits of GraphQL', () => {
  let rig: GatewayRig;
  let world: SeededWorld;
  let key: string;
  beforeAll(async () => {
    rig = await GatewayRig.start({ production: true, limits: { deadlineMs: 400 } });
    world = await seedWorld(rig.db.database, await rig.db.addWorkspace('Ours'), 'ours');
    key = (await rig.key(world.workspaceId)).text;
  });
  afterAll(() => rig.stop());

  const codes = async (query: string, variables: Record<string, unknown> = {}) => {
    const { status, errors } = await rig.ask(key, query, variables);
    return [status, errors[0]?.extensions['code']];
  };
  const send = (init: RequestInit, path = '/graphql') => fetch(rig.gateway.url + path, init);
  const authorization = () => `Bearer ${key}`;

  it('refuse by depth, aliases, cost and tokens before anything is read', async () => {
    const nest = (levels: number) =>
      `{ segment(key: "pro") { ${'members(first: 1) { nodes { segment { '.repeat(levels)} key ${'} } }'.repeat(levels)} } }`;
    expect(await codes(nest(4))).toEqual([400, 'GATEWAY_TOO_DEEP']);
    expect(await codes(nest(3))).toEqual([200, undefined]);
    const aliases = (count: number) =>
      `{ workspace { ${Array.from({ length: count }, (_, i) => `a${i}: name`).join(' ')} } }`;
    expect(await codes(aliases(16))).toEqual([400, 'GATEWAY_TOO_MANY_ALIASES']);
    expect(await codes('{ segments(first: 100) { nodes { members(first: 100) { nodes { member } } } } }')).toEqual([
      400,
      'GATEWAY_TOO_COSTLY',
    ]);
    expect(
      await codes('query Q($n: Int!) { segments(first: $n) { nodes { members(first: $n) { nodes { member } } } } }', {
        n: 90,
      }),
    ).toEqual([400, 'GATEWAY_TOO_COSTLY']);
    expect((await codes(`{ workspace { ${'name '.repeat(1_001)} } }`))[0]).toBe(400);
  });

  it('do not take a syntax tree in place of text, which would pass by the limit of tokens', async () => {
    const tree = JSON.stringify({ kind: 'Document', definitions: [] });
    expect(await codes(tree)).toEqual([400, 'GATEWAY_DOCUMENT_INVALID']);
  });

  it('take one operation a request, of 256 KB at most, and no mutation by GET', async () => {
    const headers = { 'content-type': 'application/json', authorization: authorization() };
    const batched = await send({
      method: 'POST',
      headers,
      body: JSON.stringify([{ query: '{ workspace { name } }' }]),
    });
    expect(batched.status).toBe(400);
    const large = await send({
      method: 'POST',
      headers,
      body: JSON.stringify({ query: '{ workspace { name } }', variables: { pad: 'x'.repeat(270_000) } }),
    });
    expect(large.status).toBe(400);
    expect(await large.json()).toMatchObject({ errors: [{ extensions: { code: 'GATEWAY_BODY_TOO_LARGE' } }] });
    const query = encodeURIComponent('mutation { archiveSegment(key: "pro") { __typename } }');
    const got = await send({ headers: { authorization: authorization() } }, `/graphql?query=${query}`);
    expect(got.status).toBe(400);
    expect((await rig.ask(key, '{ segment(key: "pro") { status } }')).data).toEqual({ segment: { status: 'LIVE' } });
    const form = await send({
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
      body: 'query=%7Bworkspace%7Bname%7D%7D',
    });
    expect(form.status).toBeGreaterThanOrEqual(400);
  });

  it('show neither introspection nor explorer nor hints in production', async () => {
    expect(await codes('{ __schema { types { name } } }')).toEqual([403, 'GATEWAY_INTROSPECTION_OFF']);
    expect(await codes('{ workspace { __typename } }')).toEqual([200, undefined]);
    expect((await send({}, '/graphiql')).status).toBe(404);
    const misspelt = await rig.ask(key, '{ workspace { nam } }');
    expect(misspelt.text).not.toMatch(/Did you mean/);
  });

  it('tell a stranger nothing of the schema', async () => {
    for (const query of ['{ workspace { name } }', '{ nothing }', '{{{']) {
      const answered = await rig.ask(null, query);
      expect([answered.status, answered.errors[0]?.extensions['code']]).toEqual([401, 'ACCESS_KEY_MISSING']);
    }
    expect((await rig.ask('khk_wrong', '{ workspace { name } }')).errors[0]?.extensions['code']).toBe(
      'ACCESS_KEY_MALFORMED',
    );
  });

  it('cancel the database’s work at the deadline, and say so', async () => {
    // Somebody holds the table: the reading waits, until the database itself ends it.
    let release = (): void => undefined;
    const answeredAt = new Promise<void>((resolve) => (release = resolve));
    let held: Promise<void> = Promise.resolve();
    await new Promise<void>((isHeld, fail) => {
      held = rig.db.database.inWorkspace(world.workspaceId, async (tx) => {
        await sql`select 1 from segment for update`.execute(tx);
        isHeld();
        await answeredAt;
      });
      held.catch(fail);
    });
    const answered = await rig.ask(key, 'mutation { archiveSegment(key: "loyal") { __typename } }');
    expect(answered.errors[0]?.extensions).toMatchObject({ code: 'READ_DEADLINE', kind: 'transient' });
    const { rows } = await sql<{ count: number }>`
      select count(*)::int as count from pg_stat_activity
      where application_name = 'kohort-test:kohort_app' and state = 'active' and query like '%for update%' and query not like '%pg_stat_activity%'`.execute(
      rig.db.database.relay,
    );
    expect(rows[0]?.count).toBe(0);
    release();
    await held;
  });

  it('answer errors with a code and a correlation id, never with a stack, SQL or a path', async () => {
    const answered = await send({
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: authorization() },
      body: '{"query":',
    });
    const text = await answered.text();
    expect(answered.status).toBe(400);
    expect(answered.headers.get('x-correlation-id')).toMatch(/^[0-9a-f-]{36}$/);
    expect(text).toContain(answered.headers.get('x-correlation-id') ?? 'none');
    for (const query of [
      '{ profile { id } }',
      'query { job(id: 1.5) { id } }',
      `{ profile(identifier: "${'\\u0000'}") { id } }`,
    ]) {
      const { text: shown } = await rig.ask(key, query);
      expect(shown).not.toMatch(/\bat .*\.(ts|js):|node_modules|select |insert |kohort\.|invalid byte/i);
    }
  });

  it('refuse a question whose text cannot be there, and say where it stands', async () => {
    for (const text of ['\u0000', '\ud83d']) {
      const { errors } = await rig.ask(key, 'query ($name: String) { profile(identifier: $name) { id } }', {
        name: text,
      });
      expect(errors).toMatchObject([
        {
          message: expect.stringMatching(/^identifier: a text /),
          extensions: { code: 'GATEWAY_TEXT_INVALID', kind: 'invalid-input' },
        },
      ]);
    }
  });

  it('keep counting when they refuse', async () => {
    const metrics = await (await send({}, '/metrics')).text();
    expect(metrics).toMatch(/kohort_gateway_requests_total\{route="\/graphql",status="400"\} \d+/);
    expect(metrics).toMatch(/kohort_graphql_cost_count \d+/);
    const [live, ready] = await Promise.all([send({}, '/health/live'), send({}, '/health/ready')]);
    expect([live.status, ready.status]).toEqual([200, 200]);
    expect((await send({}, '/nothing')).status).toBe(404);
  });
});

describe('the explorer', () => {
  it('is served from here alone, with the schema', async () => {
    const rig = await GatewayRig.start();
    try {
      const page = await fetch(`${rig.gateway.url}/graphiql`);
      const html = await page.text();
      expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(html).not.toMatch(/https?:\/\//);
      for (const path of [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1])) {
        expect((await fetch(rig.gateway.url + path)).status).toBe(200);
      }
      expect(await (await fetch(`${rig.gateway.url}/schema.graphql`)).text()).toContain('type Segment {');
    } finally {
      await rig.stop();
    }
  });
});

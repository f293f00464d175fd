import { editFeatures } from '@kohort/features-flow';
import { featureStore } from '@kohort/platform-postgres';
import { GatewayRig } from './gateway-rig';
import { seedWorld, type SeededWorld } from './seed-world';

const rule = (value: string) => ({
  version: 1,
  entity: 'profile',
  where: { trait: { path: 'plan', op: 'eq', value } },
});
const failure = '... on Failure { __typename code message } ... on InvalidInput { issues { path message } }';
const CREATE = `mutation C($input: CreateSegmentInput!, $k: String) { answer: createSegment(input: $input, idempotencyKey: $k) {
  ... on Segment { __typename id key status rule } ${failure} } }`;

interface Answer {
  readonly answer: Record<string, unknown>;
}

describe('mutations', () => {
  let rig: GatewayRig;
  let world: SeededWorld;
  let key: string;
  beforeAll(async () => {
    rig = await GatewayRig.start();
    const workspaceId = await rig.db.addWorkspace('Ours');
    world = await seedWorld(rig.db.database, workspaceId, 'ours');
    key = (await rig.key(workspaceId)).text;
  });
  afterAll(() => rig.stop());

  async function answerOf(query: string, variables: Record<string, unknown> = {}): Promise<Record<string, unknown>> {
    const answered = await rig.ask(key, query, variables);
    expect(answered.errors).toEqual([]);
    return (answered.data as unknown as Answer).answer;
  }

  const outbox = (id: unknown) =>
    rig.db.database.inWorkspace(world.workspaceId, async (tx) => {
      const rows = await tx.selectFrom('outbox').select(['topic', 'payload']).execute();
      return rows.filter((row) => JSON.stringify(row.payload).includes(String(id))).map((row) => row.topic);
    });

  it('make a segment once for one idempotency key, and refuse another use of it', async () => {
    const input = { key: 'trial', name: 'Trial', rule: rule('trial') };
    const first = await answerOf(CREATE, { input, k: 'once' });
    expect(first).toMatchObject({ __typename: 'Segment', key: 'trial', status: 'DRAFT', rule: rule('trial') });
    expect(await answerOf(CREATE, { input, k: 'once' })).toEqual(first);
    for (const other of [{ name: 'Other' }, { rule: rule('other') }, { key: 'second' }, { key: 'pro' }]) {
      const reused = { __typename: 'Conflict', code: 'COMMAND_IDEMPOTENCY_REUSED' };
      expect(await answerOf(CREATE, { input: { ...input, ...other }, k: 'once' })).toMatchObject(reused);
    }
    // A later version is no other request: what counts is what the segment was made with.
    const next = rule('later');
    await answerOf(`mutation ($r: JSON!) { answer: updateSegment(key: "trial", rule: $r) { __typename } }`, {
      r: next,
    });
    expect(await answerOf(CREATE, { input, k: 'once' })).toMatchObject({ __typename: 'Segment', id: first['id'] });
    expect(await answerOf(CREATE, { input, k: null })).toMatchObject({
      __typename: 'Conflict',
      code: 'COMMAND_KEY_TAKEN',
    });
  });

  it('refuse texts that cannot be stored as they are, and say where they stand', async () => {
    const input = { key: 'odd', name: 'Odd', rule: rule('odd') };
    const refused = (path: string) => ({ __typename: 'InvalidInput', issues: [{ path, message: expect.any(String) }] });
    for (const text of ['nul\u0000', '\ud83d']) {
      expect(await answerOf(CREATE, { input: { ...input, name: text } })).toMatchObject(refused('name'));
      expect(await answerOf(CREATE, { input: { ...input, description: text } })).toMatchObject(refused('description'));
      expect(await answerOf(CREATE, { input: { ...input, tags: ['a', text] } })).toMatchObject(refused('tags.1'));
      expect(await answerOf(CREATE, { input, k: text })).toMatchObject(refused('idempotencyKey'));
      expect(await answerOf(CREATE, { input: { ...input, rule: rule(text) } })).toMatchObject({
        code: 'GATEWAY_RULE_INVALID',
        ...refused('where'),
      });
      const list = 'mutation ($n: String!) { answer: createList(key: "odd", name: $n) { ' + failure + ' } }';
      expect(await answerOf(list, { n: text })).toMatchObject(refused('name'));
    }
    expect((await rig.ask(key, '{ segment(key: "odd") { key } }')).data).toEqual({ segment: null });
  });

  it('make a list once for one idempotency key, whatever segment it is called', async () => {
    const list = (key: string, name: string) =>
      answerOf(`mutation { answer: createList(key: "${key}", name: "${name}", idempotencyKey: "list-once") {
        ... on Segment { __typename key } ${failure} } }`);
    expect(await list('guests', 'Guests')).toEqual({ __typename: 'Segment', key: 'guests' });
    expect(await list('guests', 'Guests')).toEqual({ __typename: 'Segment', key: 'guests' });
    expect(await list('guests', 'Others')).toMatchObject({ code: 'COMMAND_IDEMPOTENCY_REUSED' });
    expect(await list('others', 'Guests')).toMatchObject({ code: 'COMMAND_IDEMPOTENCY_REUSED' });
  });

  it('describe a segment, and draft only after the version that the caller has seen', async () => {
    const tags = ['growth', 'beta', 'growth'];
    const input = { key: 'described', name: 'D', rule: rule('pro'), description: 'First', tags };
    await answerOf(CREATE, { input });
    const describe = `mutation ($k: String!, $i: DescribeSegmentInput!) { answer: describeSegment(key: $k, input: $i) {
      ... on Segment { name description tags } ${failure} } }`;
    expect(await answerOf(describe, { k: 'described', i: { name: 'Described' } })).toEqual({
      name: 'Described',
      description: 'First',
      tags: ['beta', 'growth'],
    });
    expect(await answerOf(describe, { k: 'described', i: { tags: [''] } })).toMatchObject({
      __typename: 'InvalidInput',
      issues: [{ path: 'tags.0' }],
    });
    expect(await answerOf(describe, { k: 'nothing', i: {} })).toMatchObject({ __typename: 'NotFound' });
    const update = `mutation ($r: JSON!) { answer: updateSegment(key: "described", rule: $r, afterVersion: 1) {
      ... on Segment { key } ${failure} } }`;
    expect(await answerOf(update, { r: rule('team') })).toEqual({ key: 'described' });
    // The same again is what stands already; another rule has not seen version 2.
    expect(await answerOf(update, { r: rule('team') })).toEqual({ key: 'described' });
    expect(await answerOf(update, { r: rule('free') })).toMatchObject({
      __typename: 'Conflict',
      code: 'COMMAND_VERSION_MOVED',
    });
  });

  it('take a rule as text, give it back either way, and name line and column of a slip', async () => {
    const text = 'plan = "pro" and did "Order Completed" at least 2 times in last 30 days';
    const asked = CREATE.replace('status rule', 'status rule ruleText');
    const made = await answerOf(asked, { input: { key: 'by_text', name: 'By text', rule: text } });
    expect(made).toMatchObject({ key: 'by_text', ruleText: text, rule: { version: 1, entity: 'profile' } });
    const slip = await answerOf(CREATE, { input: { key: 'slip', name: 'x', rule: 'plan = "pro"\n  adn x exists' } });
    expect(JSON.stringify(slip)).toContain('line 2, column 3');
  });

  it('name the node of a rule that is wrong, and the field of an input', async () => {
    const broken = {
      version: 1,
      entity: 'profile',
      where: { all: [{ trait: { path: 'plan', op: 'equals', value: 1 } }] },
    };
    const answered = await answerOf(CREATE, { input: { key: 'broken', name: 'x', rule: broken } });
    expect(answered).toMatchObject({
      __typename: 'InvalidInput',
      code: 'GATEWAY_RULE_INVALID',
      issues: [{ path: expect.stringContaining('where') }],
    });
    expect(await answerOf(CREATE, { input: { key: 'Not A Key', name: 'x', rule: rule('x') } })).toMatchObject({
      __typename: 'InvalidInput',
      issues: [{ path: 'key' }],
    });
  });

  it('publish: a job, its message in the outbox, a segment that fills; a new version beside a live one', async () => {
    await answerOf(CREATE, { input: { key: 'fresh', name: 'Fresh', rule: rule('a') } });
    const publish = `mutation P($key: String!, $version: Int, $k: String) { answer: publishSegment(key: $key, version: $version, idempotencyKey: $k) {
      ... on Job { __typename id job status params } ${failure} } }`;
    const job = await answerOf(publish, { key: 'fresh', k: 'p1' });
    expect(job).toMatchObject({
      __typename: 'Job',
      job: 'segments.backfill',
      status: 'QUEUED',
      params: { version: 1 },
    });
    expect(await outbox(job['id'])).toEqual(['BackfillRequested']);
    expect(await answerOf(publish, { key: 'fresh', k: 'p1' })).toMatchObject({ id: job['id'] });
    expect((await rig.ask(key, '{ segment(key: "fresh") { status } }')).data).toEqual({
      segment: { status: 'BACKFILLING' },
    });
    expect(await answerOf(publish, { key: 'fresh', version: 7 })).toMatchObject({ __typename: 'NotFound' });

    const update = `mutation U($rule: JSON!) { answer: updateSegment(key: "pro", rule: $rule) { ... on Segment { __typename status liveVersion versions(first: 1) { nodes { version } } } ${failure} } }`;
    const updated = { __typename: 'Segment', status: 'LIVE', liveVersion: 2, versions: { nodes: [{ version: 4 }] } };
    expect(await answerOf(update, { rule: rule('next') })).toEqual(updated);
    expect(await answerOf(update, { rule: rule('next') })).toEqual(updated);
    expect(await answerOf('mutation { answer: archiveSegment(key: "fresh") { ... on Segment { status } } }')).toEqual({
      status: 'ARCHIVED',
    });
    expect(await answerOf(publish, { key: 'fresh' })).toMatchObject({
      __typename: 'Conflict',
      code: 'COMMAND_SEGMENT_ARCHIVED',
    });
  });

  it('answer long work with a job at once, with the parameters that its worker reads', async () => {
    const job = '... on Job { job params status }';
    const at = '2026-02-01T00:00:00.000Z';
    const cases: [string, string, unknown][] = [
      [`computeFeatures(asOf: "${at}")`, 'features.compute', { asOf: at }],
      [
        `trainClusters(input: { key: "groups", asOf: "${at}", seed: 3 })`,
        'models.fitClusters',
        { modelKey: 'groups', asOf: at, k: 'auto', seed: 3 },
      ],
      [
        `trainClusters(input: { key: "groups", asOf: "${at}", k: 4, features: ["recency"] })`,
        'models.fitClusters',
        { modelKey: 'groups', asOf: at, features: ['recency'], k: 4, seed: 1 },
      ],
      [
        `trainClusters(input: { key: "linked", asOf: "${at}", k: 2, algorithm: "linked-kmeans", params: { cannotLinks: "required" },
          cannotLink: [["${world.people[0]}", "${world.people[1]}"]], weights: { recency: 2 }, minSize: 3 })`,
        'models.fitClusters',
        {
          ...{ modelKey: 'linked', asOf: at, k: 2, seed: 1, algorithm: 'linked-kmeans', sizes: { min: 3 } },
          ...{ params: { cannotLinks: 'required' }, weights: { recency: 2 } },
          cannotLink: [[world.people[0], world.people[1]]],
        },
      ],
      [
        `trainClusters(input: { key: "seeded", asOf: "${at}", algorithm: "seeded-kmeans",
          seeds: [{ group: "loyal", people: ["${world.people[0]}"] }] })`,
        'models.fitClusters',
        {
          ...{ modelKey: 'seeded', asOf: at, k: 'auto', seed: 1, algorithm: 'seeded-kmeans' },
          seeds: [{ group: 'loyal', people: [world.people[0]] }],
        },
      ],
      [
        'trainPropensity(input: { key: "orders", event: "Order Completed", horizonDays: 30 })',
        'models.fitPropensity',
        { modelKey: 'orders', event: 'Order Completed', horizonDays: 30, seed: 1 },
      ],
      [
        'importRecords(input: { artifactKey: "k", fileName: "f.csv", source: "web", mapping: "orders" })',
        'ingest.import',
        { artifactKey: 'k', fileName: 'f.csv', sourceId: world.sourceId, mapping: 'orders' },
      ],
      [`runSync(id: "${world.syncId}")`, 'sync.run', { syncId: world.syncId }],
      [`dryRunSync(id: "${world.syncId}", limit: 5)`, 'sync.preview', { syncId: world.syncId, limit: 5 }],
      [`testDestination(id: "${world.destinationId}")`, 'destinations.check', { destinationId: world.destinationId }],
    ];
    for (const [call, name, params] of cases) {
      expect(await answerOf(`mutation { answer: ${call} { ${job} ${failure} } }`)).toEqual({
        job: name,
        params,
        status: 'QUEUED',
      });
    }
    const bad = await answerOf(`mutation { answer: trainClusters(input: { key: "x", k: 1 }) { ${failure} } }`);
    expect(bad).toMatchObject({ __typename: 'InvalidInput', issues: [{ path: 'k' }] });
    for (const [algorithm, message] of [
      ['linked-kmeans', 'it needs some people who belong together or apart'],
      ['seeded-kmeans', 'it needs some people whose group is known'],
    ]) {
      const input = `{ key: "x", algorithm: "${algorithm}" }`;
      const refused = await answerOf(`mutation { answer: trainClusters(input: ${input}) { ${failure} } }`);
      expect(refused).toMatchObject({ __typename: 'InvalidInput', message: expect.stringContaining(message ?? '') });
    }
  });

  it('train clusters of texts by algorithms that take words alone, and say so before anything is queued', async () => {
    const formula = { aggregate: 'mostFrequent', of: 'plan', as: 'text' } as const;
    const mood = { texts: 'sentiment', of: 'comment' } as const;
    const set = [
      { key: 'usual_plan', label: 'Usual plan', unit: 'plan', formula },
      { key: 'mood', label: 'Mood', unit: 'mood', formula: mood },
    ];
    await editFeatures(featureStore(rig.db.database), world.workspaceId, { set, remove: [], afterVersion: 1 });
    const train = (more: string) =>
      answerOf(
        `mutation { answer: trainClusters(input: { key: "plans", features: ["frequency", "usual_plan"] ${more} })
          { ... on Job { job } ${failure} } }`,
      );
    for (const more of ['', 'algorithm: "kmedoids", params: { dissimilarity: "euclidean" }']) {
      const message = expect.stringMatching(/kmedoids and kprototypes take categories|must be gower with categories/);
      expect(await train(more)).toMatchObject({ __typename: 'InvalidInput', message });
    }
    expect(await train('algorithm: "kprototypes"')).toMatchObject({ job: 'models.fitClusters' });
    expect(await train('exclude: ["usual_plan"]')).toMatchObject({ job: 'models.fitClusters' });
    const moods = 'mutation { answer: trainClusters(input: { key: "moods", features: ["frequency", "mood"], ';
    for (const more of ['', 'algorithm: "kprototypes"']) {
      const refused = await answerOf(`${moods} ${more} }) { ... on Job { job } ${failure} } }`);
      const message = expect.stringContaining('"mood" is read out of texts');
      expect(refused).toMatchObject({ __typename: 'InvalidInput', message });
    }
  });

  it('cancel a job that has not begun, and ask one that runs', async () => {
    const queued = await answerOf('mutation { answer: computeFeatures { ... on Job { id } } }');
    const cancel = (id: unknown) =>
      answerOf(
        `mutation { answer: cancelJob(id: "${String(id)}") { ... on Job { status cancelRequested } ${failure} } }`,
      );
    expect(await cancel(queued['id'])).toEqual({ status: 'CANCELLED', cancelRequested: true });
    expect(await cancel(world.jobId)).toEqual({ status: 'RUNNING', cancelRequested: true });
  });

  it('change what a workspace decides for itself, and compute live segments anew where days begin elsewhere', async () => {
    const update = (input: string) =>
      answerOf(
        `mutation { answer: updateWorkspaceSettings(input: ${input}) { ... on Workspace { timeZone dedupeDays } ${failure} } }`,
      );
    const live = () =>
      rig.db.database.inWorkspace(world.workspaceId, (tx) =>
        tx.selectFrom('segment').select('id').where('status', '=', 'live').where('kind', '<>', 'list').execute(),
      );
    const asked = async () => {
      const rows = await rig.db.database.inWorkspace(world.workspaceId, (tx) =>
        tx.selectFrom('run').select('params').where('job', '=', 'segments.backfill').execute(),
      );
      return rows.map(({ params }) => JSON.stringify(params));
    };
    const before = (await asked()).length;
    expect(await update('{ dedupeDays: 14 }')).toEqual({ timeZone: 'UTC', dedupeDays: 14 });
    expect((await asked()).length).toBe(before);
    expect(await update('{ timeZone: "Europe/Berlin" }')).toEqual({ timeZone: 'Europe/Berlin', dedupeDays: 14 });
    const [segments, runs] = [await live(), await asked()];
    expect(segments.length).toBeGreaterThan(0);
    expect(runs.length).toBe(before + segments.length);
    for (const { id } of segments) expect(runs.some((params) => params.includes(id))).toBe(true);
    expect(await update('{ timeZone: "Europe/Berlin", dedupeDays: null }')).toEqual({
      timeZone: 'Europe/Berlin',
      dedupeDays: null,
    });
    expect((await asked()).length).toBe(runs.length);
    expect(await update('{ dedupeDays: 31 }')).toMatchObject({
      __typename: 'InvalidInput',
      issues: [{ path: 'dedupeDays' }],
    });
    for (const zone of ['Mars/Olympus', '+02:00', 'europe/berlin']) {
      expect(await update(`{ timeZone: "${zone}" }`)).toMatchObject({
        __typename: 'InvalidInput',
        issues: [{ path: 'timeZone' }],
      });
    }
    await update('{ timeZone: "UTC" }');
  });

  it('show a write key once, and never again', async () => {
    const create =
      'mutation { answer: createSource(input: { key: "shop", name: "Shop" }, idempotencyKey: "s") { ... on NewSource { writeKey source { key } } } }';
    const first = await answerOf(create);
    expect(first).toEqual({ writeKey: expect.stringMatching(/^khw_/), source: { key: 'shop' } });
    expect(await answerOf(create)).toEqual({ writeKey: null, source: { key: 'shop' } });
    const sent = await fetch(`${rig.gateway.url}/v1/track`, {
      method: 'POST',
      body: JSON.stringify({ writeKey: first['writeKey'], event: 'x', userId: 'u' }),
    });
    expect(sent.status).toBe(200);
  });

  it('make keys no stronger than the one that makes them, and revoke them', async () => {
    const create = (scopes: string) =>
      `mutation { answer: createApiKey(input: { name: "reader", scopes: [${scopes}] }) { ... on NewApiKey { id key } ${failure} } }`;
    const made = await answerOf(create('GRAPHQL_READ'));
    const reader = String(made['key']);
    expect((await rig.ask(reader, '{ workspace { name } }')).data).toEqual({ workspace: { name: 'Ours' } });
    expect(
      (await rig.ask(reader, 'mutation { archiveSegment(key: "pro") { __typename } }')).errors[0]?.extensions['code'],
    ).toBe('ACCESS_SCOPE_MISSING');
    const weak = await rig.key(world.workspaceId, ['keys:write']);
    expect((await rig.ask(weak.text, create('GRAPHQL_READ'))).errors[0]?.extensions['code']).toBe(
      'ACCESS_SCOPE_NOT_HELD',
    );
    expect(
      await answerOf(`mutation { answer: revokeApiKey(id: "${String(made['id'])}") { ... on RevokedApiKey { id } } }`),
    ).toEqual({ id: made['id'] });
  });

  it('make a destination by its connector’s own schema, and seal what is secret', async () => {
    const create = `mutation D($input: CreateDestinationInput!, $k: String) { answer: createDestination(input: $input, idempotencyKey: $k) {
      ... on Destination { key plugin settings } ${failure} } }`;
    const settings = {
      url: 'https://crm.example.org/in',
      secret: 'whsec_c2VjcmV0IG9mIHRoZSB0ZXN0cyBvZiB0aGUgZ2F0ZXdheQ==',
    };
    const input = { key: 'crm', name: 'CRM', plugin: 'webhook', settings };
    const made = await answerOf(create, { input, k: 'crm' });
    const renamed = await answerOf(create, { input: { ...input, name: 'Other' }, k: 'crm' });
    expect(renamed).toMatchObject({ code: 'COMMAND_IDEMPOTENCY_REUSED' });
    expect(made).toEqual({ key: 'crm', plugin: 'webhook', settings: { url: settings.url } });
    const row = await rig.db.database.inWorkspace(world.workspaceId, (tx) =>
      tx.selectFrom('destination').select(['settings', 'secrets']).where('key', '=', 'crm').executeTakeFirstOrThrow(),
    );
    expect(JSON.stringify(row.settings)).not.toContain('whsec_');
    expect(row.secrets?.toString('latin1')).not.toContain('whsec_');
    expect(row.secrets?.length).toBeGreaterThan(30);
    const unfit = (change: Record<string, unknown>) =>
      answerOf(create, { input: { ...input, key: 'other', ...change } });
    expect(await unfit({ plugin: 'nothing' })).toMatchObject({
      __typename: 'InvalidInput',
      issues: [{ path: 'plugin' }],
    });
    expect(await unfit({ settings: { url: settings.url } })).toMatchObject({
      __typename: 'InvalidInput',
      issues: [{ path: expect.stringContaining('secret') }],
    });
    const wrong = await unfit({ settings: { ...settings, secret: 'not-a-signing-secret' } });
    expect(wrong).toMatchObject({ __typename: 'InvalidInput' });
    expect(JSON.stringify(wrong)).not.toContain('not-a-signing-secret');
    const listed = await rig.ask(key, '{ connectors { id settings } }');
    const { connectors } = listed.data as unknown as { connectors: { id: string; settings: { required: string[] } }[] };
    expect(connectors.find((each) => each.id === 'webhook')?.settings.required).toEqual(['url', 'secret']);
  });

  it('bind a segment to a destination once, and owe a live one its first run', async () => {
    await answerOf(CREATE, { input: { key: 'vip', name: 'Vip', rule: rule('vip') } });
    const create = `mutation { answer: createSync(input: { destination: "hook", segment: "vip", mapping: { email: "identifiers.email" } }) { ... on Sync { id mode mapping segment { key } } ${failure} } }`;
    const made = await answerOf(create);
    expect(made).toMatchObject({ mode: 'LIVE', mapping: { email: 'identifiers.email' }, segment: { key: 'vip' } });
    const jobs = await rig.ask(key, '{ jobs(first: 50, filter: { job: "sync.run" }) { nodes { params } } }');
    expect(jobs.text).toContain(String(made['id']));
    expect(await answerOf(create)).toMatchObject({ __typename: 'Conflict', code: 'COMMAND_SYNC_EXISTS' });
  });
});

import { GatewayRig } from './gateway-rig';
import { operationsOf } from './operations';
import { seedWorld, type SeededWorld } from './seed-world';

describe('queries', () => {
  let rig: GatewayRig;
  let world: SeededWorld;
  let key: string;
  let operations: Record<string, string>;
  beforeAll(async () => {
    rig = await GatewayRig.start();
    const workspaceId = await rig.db.addWorkspace('Ours');
    world = await seedWorld(rig.db.database, workspaceId, 'ours');
    key = (await rig.key(workspaceId)).text;
    operations = operationsOf(world);
  });
  afterAll(() => rig.stop());

  const run = async (name: string) => {
    const answered = await rig.ask(key, operations[name] ?? '');
    expect(answered.errors).toEqual([]);
    expect(answered.status).toBe(200);
    expect(answered.extensions?.['cost']).toBeGreaterThan(0);
    return answered.data;
  };

  it('answer the workspace, its sources and books that balance', async () => {
    expect(await run('workspace')).toMatchObject({
      workspace: { name: 'Ours' },
      sources: { nodes: [{ key: 'web', kind: 'HTTP' }] },
    });
    expect(await run('ledger')).toEqual({
      ledger: {
        nodes: [
          {
            source: { key: 'web' },
            received: 10,
            stored: 6,
            duplicate: 2,
            rejected: 2,
            suppressed: 0,
            quarantined: 0,
            residual: 0,
          },
        ],
      },
    });
  });

  it('answer accounts, who belongs to them, and the accounts of a person', async () => {
    expect(await run('accounts')).toEqual({
      accounts: {
        nodes: [
          expect.objectContaining({
            ...{ groupId: 'ours-co', size: 2 },
            traits: { nodes: [{ key: 'tier', value: 'ours' }] },
            people: {
              nodes: [world.people[0], world.people[1]].sort().map((id) => ({
                since: id === world.people[0] ? '2026-01-01T00:01:00.000Z' : '2026-01-01T00:02:00.000Z',
                profile: expect.objectContaining({ id }) as unknown,
                account: { groupId: 'ours-co' },
              })),
            },
          }),
        ],
      },
    });
    expect(await run('account')).toEqual({
      account: { groupId: 'ours-co' },
      profile: {
        accounts: { nodes: [{ since: '2026-01-01T00:01:00.000Z', account: { groupId: 'ours-co' } }] },
        traits: { nodes: [{ key: 'city' }, { key: 'plan' }] },
      },
    });
  });

  it('answer segments with rule, freshness, members and use', async () => {
    const listed = await run('segments');
    expect(listed).toMatchObject({
      segments: {
        edges: [
          {
            node: {
              ...{ key: 'pro', kind: 'RULE', entity: 'PROFILE', status: 'LIVE', size: 1, liveVersion: 2 },
              rule: { where: { trait: { value: 'ours' } } },
              freshness: { lastChangeAt: '2026-01-01T00:06:00.250Z', recordingLagMs: 250, countedAt: null },
            },
          },
        ],
        pageInfo: { hasNextPage: false },
      },
    });
    expect(await run('segment')).toMatchObject({
      segment: {
        versions: { nodes: [{ version: 3 }, { version: 2, publishedAt: '2026-01-01T00:04:00.000Z' }, { version: 1 }] },
        members: {
          nodes: [{ member: true, cause: 'EVENT', profile: { id: world.people[0] }, segment: { key: 'pro' } }],
        },
        usedBy: { nodes: [{ id: world.syncId, mode: 'LIVE' }] },
        profileSheet: null,
      },
    });
    expect(await run('clusterSegment')).toMatchObject({
      segment: { profileSheet: [{ key: 'loyal', name: 'ours loyal', features: [{ lift: 0.5, direction: 'lower' }] }] },
    });
  });

  it('answer what a segment was, and how segments stand to each other', async () => {
    const [ada, bob] = world.people;
    const hour = (from: string, to: string) => ({
      from: `2026-01-01T${from}:00:00.000Z`,
      to: `2026-01-01T${to}:00:00.000Z`,
    });
    expect(await run('segmentPast')).toEqual({
      segment: {
        sizeHistory: {
          timeZone: 'UTC',
          points: [
            { ...hour('00', '01'), size: 1, entered: 2, exited: 1, net: 1 },
            { ...hour('01', '02'), size: 1, entered: 0, exited: 0, net: 0 },
          ],
          volatility: null,
        },
        sizeChange: {
          before: 2,
          after: 1,
          causes: [{ cause: 'EVENT', isNew: false, entered: 0, exited: 1, net: -1 }],
        },
        members: { nodes: [ada, bob].sort().map((id) => ({ member: true, profile: { id } })) },
      },
    });
    const compared = await rig.ask(
      key,
      `{ segmentOverlap(keys: ["pro", "loyal"]) { keys people jaccard }
        segmentMigration(from: ["pro"], to: ["pro", "loyal"], at1: "2026-01-01T00:06:00Z", at2: "2026-01-01T01:00:00Z") {
          people flows { from to people } } }`,
    );
    expect(compared.errors).toEqual([]);
    expect(compared.data).toEqual({
      segmentOverlap: {
        keys: ['pro', 'loyal'],
        people: [
          [1, 0],
          [0, 0],
        ],
        jaccard: [
          [1, 0],
          [0, 0],
        ],
      },
      segmentMigration: {
        people: 2,
        flows: [
          { from: 'pro', to: null, people: 1 },
          { from: 'pro', to: 'pro', people: 1 },
        ],
      },
    });
  });

  it('refuse segments that nobody made, none at all and too many, and a history that never ends', async () => {
    const compare = 'query ($keys: [String!]!) { segmentOverlap(keys: $keys) { keys } }';
    const code = async (query: string, variables: Record<string, unknown> = {}) => {
      const { errors } = await rig.ask(key, query, variables);
      return errors.map(({ extensions }) => extensions['code']);
    };
    expect(await code(compare, { keys: ['pro', 'nobody'] })).toEqual(['GATEWAY_NOT_FOUND']);
    expect(await code(compare, { keys: [] })).toEqual(['GATEWAY_SEGMENTS_OUT_OF_RANGE']);
    expect(await code(compare, { keys: Array.from({ length: 21 }, () => 'pro') })).toEqual([
      'GATEWAY_SEGMENTS_OUT_OF_RANGE',
    ]);
    expect(await code(compare, { keys: ['pro', 'pro'] })).toEqual(['READ_SEGMENTS_OUT_OF_RANGE']);
    const history = (first: number, from: string) =>
      `{ segments(first: ${String(first)}) { nodes { sizeHistory(from: "${from}", to: "2026-01-01T00:00:00Z", step: HOUR) { points { size } } } } }`;
    expect(await code(history(1, '2020-01-01T00:00:00Z'))).toContain('READ_RANGE_INVALID');
    expect(await code(history(20, '2025-12-31T00:00:00Z'))).toEqual(['GATEWAY_TOO_COSTLY']);
  });

  it('answer a membership and why', async () => {
    expect(await run('membership')).toMatchObject({ membership: { member: true, changeVersion: 1, cause: 'EVENT' } });
    // Recorded as a member; worked out now she is not, for her plan is another, and no passing of time changes that.
    expect(await run('explain')).toMatchObject({
      explainMembership: {
        ...{ membership: { member: true }, memberNow: false, nextChangeAt: null },
        ...{ recordedProof: { mark: 'ours' }, proofHash: '01'.repeat(32) },
        proof: { nodes: [{ result: false }] },
        conditions: [{ id: 'where', text: expect.stringContaining('plan') }],
        rule: { where: { trait: { path: 'plan' } } },
      },
    });
    const draft = await rig.ask(
      key,
      `{ explainMembership(profile: "${world.people[2]}", segment: "loyal") { membership { member } memberNow proof rule } }`,
    );
    expect(draft.data).toMatchObject({
      explainMembership: {
        membership: { member: false },
        memberNow: null,
        proof: null,
        rule: { where: { cluster: {} } },
      },
    });
    const never = await rig.ask(
      key,
      `{ membership(profile: "${world.people[2]}", segment: "pro") { member changeVersion cause } }`,
    );
    expect(never.data).toEqual({ membership: { member: false, changeVersion: 0, cause: null } });
  });

  it('answer a person: the standing traits, the history that is theirs, scores of live versions', async () => {
    const data = await run('profile');
    expect(data).toMatchObject({
      profile: {
        canonicalId: 'ours-0',
        features: { definitionVersion: 1, values: { recency: 2 } },
        memberships: { nodes: [{ segment: { key: 'pro' } }] },
        identities: { nodes: [{ type: 'email', value: 'ours@example.org' }, { type: 'user_id' }] },
        scores: { nodes: [{ clusterKey: 'loyal', confidence: 0.75, model: { key: 'value' }, reasons: null }] },
        traits: {
          nodes: [
            { key: 'city', value: 'ours' },
            { key: 'plan', kind: 'CUSTOM', value: 'pro' },
          ],
        },
      },
    });
    const { events } = (data as unknown as { profile: { events: { nodes: { id: string; ts: string }[] } } }).profile;
    expect(new Set(events.nodes.map((event) => event.id))).toEqual(new Set(world.eventIds.slice(0, 4)));
    expect(events.nodes.map((event) => event.ts)).toEqual([...events.nodes.map((event) => event.ts)].sort().reverse());
    expect(await run('byIdentifier')).toEqual({ profile: { id: world.people[0] } });
  });

  it('answer models with card, metrics and clusters, and a score', async () => {
    expect(await run('models')).toEqual({ models: { nodes: [{ key: 'value', kind: 'CLUSTERING', liveVersion: 1 }] } });
    expect(await run('model')).toMatchObject({
      model: {
        metrics: { k: 2, rows: 3, silhouette: 0.5, inertia: 1 },
        currentVersion: { version: 1, status: 'READY', grade: 'GOOD', trainedBy: { id: world.jobId } },
        clusters: [{ key: 'loyal', shareOfPeople: 1 / 3, shareOfValue: null }, { key: 'sleeping' }],
      },
    });
    expect(await run('score')).toEqual({ score: { clusterKey: 'loyal', distance: 0.25, confidence: 0.75 } });
  });

  it('answer destinations without secrets, syncs, runs and each fate', async () => {
    const destinations = await rig.ask(key, operations['destinations'] ?? '');
    expect(destinations.data).toMatchObject({
      destinations: {
        nodes: [
          { key: 'hook', settings: { url: 'https://ours.example.org' }, syncs: { nodes: [{ id: world.syncId }] } },
        ],
      },
    });
    expect(destinations.text).not.toContain('secret');
    expect(await run('syncs')).toMatchObject({
      syncs: {
        nodes: [
          {
            destination: { key: 'hook' },
            segment: { key: 'pro' },
            states: [
              { state: 'CLEAN', count: 1 },
              { state: 'OWED', count: 1 },
            ],
            runs: { nodes: [{ id: world.runId }] },
          },
        ],
      },
    });
    expect(await run('sync')).toEqual({ sync: { id: world.syncId, mode: 'LIVE' } });
    expect(await run('syncRun')).toMatchObject({
      syncRun: {
        status: 'PARTIAL',
        funnel: { segment: 2 },
        job: { id: world.runId },
        records: { nodes: [{ operation: 'REMOVE', fate: 'REJECTED', code: 'WEBHOOK_GONE' }] },
      },
    });
  });

  it('answer jobs with their progress', async () => {
    expect(await run('job')).toMatchObject({
      job: {
        job: 'features.compute',
        status: 'RUNNING',
        progress: { phase: 'reading rows', done: 5, total: 10, perSecond: null },
      },
    });
    expect(await run('jobs')).toEqual({ jobs: { nodes: [{ id: world.jobId, job: 'features.compute' }] } });
  });

  it('answer what data is like, with no e-mail address in it', async () => {
    const answered = await rig.ask(key, operations['dataQuality'] ?? '');
    expect(answered.errors).toEqual([]);
    expect(answered.text).not.toContain('@ours');
    expect(answered.data).toMatchObject({
      dataQuality: {
        nodes: [
          {
            field: 'mail',
            type: 'EMAIL',
            isPersonal: true,
            distinct: 20,
            top: expect.arrayContaining([{ value: 'a…@….org', rows: 3 }]),
          },
          {
            field: 'plan',
            type: 'CATEGORY',
            top: [
              { value: 'free', rows: 40 },
              { value: 'ours', rows: 20 },
            ],
            drift: { verdict: 'STEADY' },
          },
          {
            field: 'total',
            type: 'INTEGER',
            missingShare: 0.1,
            numbers: { min: 506, max: 559 },
            findings: expect.arrayContaining([
              expect.objectContaining({
                code: 'MISSING_WORDS',
                fix: { kind: 'mapping', edit: { field: { missing: ['N/A'] } } },
              }),
            ]),
            drift: { verdict: 'MOVED', baselineWeek: '2025-12-29', ksDistance: 1 },
          },
        ],
        pageInfo: { hasNextPage: false },
      },
    });
    expect(await run('traitQuality')).toMatchObject({
      traitQuality: { nodes: [{ subject: 'TRAIT', key: 'plan', field: 'plan' }] },
    });
    const page =
      '{ dataQuality(source: "web", event: "Order Completed", first: 2) { edges { cursor } pageInfo { hasNextPage endCursor } } }';
    const first = (await rig.ask(key, page)).data as unknown as { dataQuality: { pageInfo: { endCursor: string } } };
    const rest = page
      .replace('first: 2', `first: 2, after: "${first.dataQuality.pageInfo.endCursor}"`)
      .replace('cursor', 'node { field }');
    expect((await rig.ask(key, rest)).data).toMatchObject({ dataQuality: { edges: [{ node: { field: 'total' } }] } });
    expect((await rig.ask(key, page.replace('web', 'nowhere'))).data).toEqual({ dataQuality: null });
  });

  it('walk a list page by page without loss or repeat, ties included', async () => {
    const seen: string[] = [];
    let after: string | null = null;
    for (let page = 0; page < 10; page += 1) {
      const query = `query P($after: Cursor) { profile(id: "${world.people[0]}") { events(first: 1, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } } } }`;
      const answered = await rig.ask(key, query, { after });
      const { events } = (
        answered.data as unknown as {
          profile: { events: { nodes: { id: string }[]; pageInfo: { hasNextPage: boolean; endCursor: string } } };
        }
      ).profile;
      seen.push(...events.nodes.map((event) => event.id));
      after = events.pageInfo.endCursor;
      if (!events.pageInfo.hasNextPage) break;
    }
    expect([...seen].sort()).toEqual(world.eventIds.slice(0, 4).sort());
  });

  it('refuse the cursor of another list, and of another parent', async () => {
    const of = (person: string | undefined, list: string, after: string | null = null) =>
      rig.ask(
        key,
        `query P($after: Cursor) { profile(id: "${person}") { ${list}(first: 1, after: $after) { pageInfo { endCursor } } } }`,
        { after },
      );
    const made = (await of(world.people[0], 'events')).data as unknown as {
      profile: { events: { pageInfo: { endCursor: string } } };
    };
    const cursor = made.profile.events.pageInfo.endCursor;
    expect((await of(world.people[0], 'events', cursor)).errors).toEqual([]);
    for (const [person, list] of [
      [world.people[1], 'events'],
      [world.people[0], 'memberships'],
    ] as const) {
      expect((await of(person, list, cursor)).errors[0]?.extensions['code']).toBe('READ_CURSOR_INVALID');
    }
  });

  it('refuse a forged cursor and a page out of range with codes', async () => {
    const forged = await rig.ask(key, '{ syncs(first: 1, after: "WyJ4Il0") { nodes { id } } }');
    expect(forged.errors[0]?.extensions).toMatchObject({ code: 'READ_CURSOR_INVALID', kind: 'invalid-input' });
    for (const first of [0, 101, -1]) {
      const answered = await rig.ask(key, `{ segments(first: ${first}) { nodes { key } } }`);
      expect(answered.errors[0]?.extensions['code']).toBe('GATEWAY_FIRST_OUT_OF_RANGE');
    }
  });
});

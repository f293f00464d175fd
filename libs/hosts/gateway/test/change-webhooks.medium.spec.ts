import { GatewayRig } from './gateway-rig';
import { seedWorld, type SeededWorld } from './seed-world';

interface Made {
  readonly webhook: { readonly id: string; readonly status: string };
  readonly secret: string | null;
}

const CREATE = `mutation M($input: CreateChangeWebhookInput!, $key: String) {
  createChangeWebhook(input: $input, idempotencyKey: $key) {
    __typename ... on NewChangeWebhook { secret webhook { id url status kinds segment { key } delivered isSendingMembers } }
    ... on InvalidInput { code } ... on NotFound { code } ... on Conflict { code } } }`;

const ACTIONS = {
  pauseChangeWebhook: '... on ChangeWebhook { status nextAt }',
  resumeChangeWebhook: '... on ChangeWebhook { status nextAt }',
  rotateChangeWebhookSecret: '... on NewChangeWebhook { secret }',
  deleteChangeWebhook: '... on DeletedChangeWebhook { id }',
} as const;

describe('endpoints of the change log, over the API', () => {
  let rig: GatewayRig;
  let ours: SeededWorld;
  let keys: { ours: string; theirs: string };
  beforeAll(async () => {
    rig = await GatewayRig.start();
    ours = await seedWorld(rig.db.database, await rig.db.addWorkspace('Ours'), 'ours');
    keys = {
      ours: (await rig.key(ours.workspaceId)).text,
      theirs: (await rig.key(await rig.db.addWorkspace('Theirs'))).text,
    };
  });
  afterAll(() => rig.stop());

  const create = async (input: object, key: string | null = null) => {
    const { data } = await rig.ask(keys.ours, CREATE, { input, key });
    return (data as unknown as { createChangeWebhook: Made & { __typename: string; code?: string } })
      .createChangeWebhook;
  };
  const act = async (name: keyof typeof ACTIONS, id: string, key = keys.ours) => {
    const made = ACTIONS[name];
    const fields = `__typename ${made} ... on NotFound { code }`;
    const { data } = await rig.ask(key, `mutation { ${name}(id: "${id}") { ${fields} } }`);
    return (data as unknown as Record<string, Record<string, unknown>>)[name];
  };
  const list = async (key: string): Promise<string[]> => {
    const { data } = await rig.ask(key, '{ changeWebhooks(first: 10) { nodes { id } } }');
    const { nodes } = (data as unknown as { changeWebhooks: { nodes: { id: string }[] } }).changeWebhooks;
    return nodes.map(({ id }) => id);
  };

  it('are made once with a secret that is shown once and stored sealed', async () => {
    const input = { url: 'https://example.com/changes', segment: 'pro', kinds: ['ENTERED'] };
    const made = await create(input, 'one');
    expect(made).toMatchObject({
      secret: expect.stringMatching(/^whsec_/) as string,
      webhook: { status: 'ACTIVE', kinds: ['ENTERED'], segment: { key: 'pro' }, delivered: 0 },
    });
    expect(await create(input, 'one')).toMatchObject({ secret: null, webhook: { id: made.webhook.id } });
    expect((await create({ ...input, url: 'https://example.com/other' }, 'one')).__typename).toBe('Conflict');
    const rows = await rig.db.database.inWorkspace(ours.workspaceId, (tx) =>
      tx.selectFrom('change_webhook').selectAll().execute(),
    );
    expect(JSON.stringify(rows)).not.toContain(made.secret);
    expect(rows[0]?.secrets.toString('latin1')).not.toContain(made.secret?.slice(6));
  });

  it('begin from now on, behind a cursor, or with everybody who is in', async () => {
    const { data } = await rig.ask(keys.ours, '{ changeLog { head } }');
    const { head } = (data as unknown as { changeLog: { head: string } }).changeLog;
    const url = 'https://example.com/start';
    const members = await create({ url, members: true });
    expect(members.webhook).toMatchObject({ isSendingMembers: true });
    expect((await create({ url, after: head })).webhook).toMatchObject({ isSendingMembers: false });
    expect(await create({ url, after: 'made up' })).toMatchObject({ code: 'POSTGRES_CURSOR_INVALID' });
    expect((await create({ url, after: head, members: true })).__typename).toBe('InvalidInput');
    const again = `mutation { resumeChangeWebhook(id: "${(await create({ url })).webhook.id}", members: true) {
      ... on ChangeWebhook { status isSendingMembers } } }`;
    expect((await rig.ask(keys.ours, again)).data).toMatchObject({
      resumeChangeWebhook: { status: 'ACTIVE', isSendingMembers: true },
    });
  });

  it('refuse addresses that are none, and segments that there are not', async () => {
    for (const url of ['ftp://example.com', 'nothing', 'https://user:pass@example.com/', 'javascript:alert(1)']) {
      expect((await create({ url })).__typename).toBe('InvalidInput');
    }
    expect((await create({ url: 'https://example.com', segment: 'nothing' })).__typename).toBe('NotFound');
  });

  it('are paused, resumed, given a new secret and deleted by their own workspace alone', async () => {
    const { webhook } = await create({ url: 'https://example.com/more' });
    for (const name of Object.keys(ACTIONS) as (keyof typeof ACTIONS)[]) {
      expect(await act(name, webhook.id, keys.theirs)).toEqual({
        __typename: 'NotFound',
        code: 'CHANGE_WEBHOOK_MISSING',
      });
    }
    expect(await list(keys.theirs)).toEqual([]);
    expect(await list(keys.ours)).toContain(webhook.id);
    expect(await act('pauseChangeWebhook', webhook.id)).toMatchObject({ status: 'PAUSED', nextAt: null });
    expect(await act('resumeChangeWebhook', webhook.id)).toMatchObject({ status: 'ACTIVE' });
    expect(await act('rotateChangeWebhookSecret', webhook.id)).toMatchObject({
      secret: expect.stringMatching(/^whsec_/) as string,
    });
    expect(await act('deleteChangeWebhook', webhook.id)).toMatchObject({ id: webhook.id });
    expect(await act('pauseChangeWebhook', webhook.id)).toMatchObject({ __typename: 'NotFound' });
    expect(await list(keys.ours)).not.toContain(webhook.id);
  });
});

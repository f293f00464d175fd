import { profileIdSchema, type HttpRequest, type MembershipDelta } from '@kohort/kernel-contracts';
import { z } from 'zod';
import { defineAction, interpretStatus, reject, sendHttp, type ActionContext, type MappedMember } from './action';
import { field, secret } from './fields';
import { definePlugin } from './plugin';

const settings = z.strictObject({
  url: field(z.url(), { label: 'Address', help: 'Where to send.' }),
  token: secret(z.string().min(4), { label: 'Token', help: 'From the vendor.' }),
});
type Settings = z.output<typeof settings>;

const fields = z.object({ email: field(z.string(), { label: 'E-mail', help: 'Address of the person.' }) });

const send = defineAction({
  key: 'send',
  title: 'Send',
  operations: ['add', 'remove'],
  fields,
  identifiers: ['email'],
  defaultMapping: { email: 'identifiers.email' },
  prepare: (member: MappedMember<z.output<typeof fields>>, context: ActionContext<Settings>) =>
    member.fields.email.includes('@') ? `${context.segment.key}:${member.fields.email}` : reject('EMAIL', 'no address'),
  build: (members, context, key) => [
    {
      members,
      call: {
        method: 'POST' as const,
        url: context.settings.url,
        headers: { 'idempotency-key': key(members) },
        body: members.map((member) => member.item).join(','),
      },
    },
  ],
  send: sendHttp<Settings>((call, context) => ({
    ...call,
    headers: { ...call.headers, authorization: context.settings.token },
  })),
  interpret: interpretStatus,
});

const manifest = {
  id: 'demo',
  name: 'Demo',
  description: 'A destination for tests.',
  version: '1.0.0',
  sdk: '^1.0.0',
  kind: 'destination',
  docsUrl: 'https://example.org/docs',
  hosts: ['settings'],
  capabilities: {
    kind: 'webhook',
    operations: { add: true, remove: true, replace: 'none', upsertAttributes: false, deleteUser: false },
    membershipStyle: 'event',
    mixedActionsInBatch: true,
    batch: { maxRecords: 10, groupBy: [] },
    concurrency: { perTarget: 1 },
    rate: [],
    identifiers: [{ key: 'email', normalize: 'none', hash: 'none' }],
    audience: { create: false, adopt: false },
    idempotency: { native: 'key' },
    perRecordResults: 'no',
    errors: [],
  },
};
const plugin = definePlugin({ manifest, settings, actions: [send], check: () => Promise.resolve([]) });

const delta = (id: number, identifiers: Record<string, string[]>): MembershipDelta => ({
  profileId: profileIdSchema.parse(`00000000-0000-4000-8000-00000000000${id}`),
  operation: 'add',
  changeVersion: 1,
  changedAt: 0,
  before: false,
  identifiers,
  traits: {},
});
const context = {
  workspaceId: 'w',
  destinationId: 'd',
  syncId: 'y',
  segment: { id: 's', key: 'vip', name: 'VIP' },
  runId: 'r',
  runStartedAt: 0,
  sequence: 0,
};

describe('definePlugin', () => {
  const connection = plugin.connect({ url: 'https://x.example', token: 'sesame' });
  const page = connection.actionFor('add')?.open({
    context: { ...context, mapping: plugin.mappingFor('add', {}) },
    changes: [
      delta(1, { email: ['a@x'] }),
      delta(2, {}),
      delta(3, { email: ['nobody'] }),
      delta(4, { email: ['b@x'] }),
    ],
  });

  it('tells apart a record without identifier and one that is not valid', () => {
    expect(page?.rejections.map((one) => [one.code, one.stage])).toEqual([
      ['NO_IDENTIFIER', 'segment'],
      ['EMAIL', 'identified'],
    ]);
  });

  it('builds the same request for the same members and another key for a part of them', () => {
    const members = page?.members ?? [];
    const [whole] = page?.build(members) ?? [];
    const [again] = page?.build([...members].reverse()) ?? [];
    const [part] = page?.build(members.slice(0, 1)) ?? [];
    expect(whole?.members.length).toBe(2);
    expect(again?.key).toBe(whole?.key);
    expect(part?.key).not.toBe(whole?.key);
  });

  it('adds credentials only when sending', async () => {
    const sent: HttpRequest[] = [];
    const [request] = page?.build(page.members) ?? [];
    const reply = await request?.send({
      http: {
        send: (call) => {
          sent.push(call);
          return Promise.resolve({ status: 202, headers: {}, body: '' });
        },
      },
      fetch: () => Promise.reject(new Error('not used')),
      files: { read: () => Promise.resolve(null), write: () => Promise.resolve() },
      clock: { now: () => 0 },
      signal: new AbortController().signal,
    });
    expect(sent[0]?.headers).toEqual({ 'idempotency-key': request?.key, authorization: 'sesame' });
    expect(sent[0]?.body).toBe('vip:a@x,vip:b@x');
    expect(request?.interpret(reply ?? { status: 500, headers: {}, body: '' })).toEqual({ ok: true });
  });

  it('knows its secrets and refuses wrong settings without showing them', () => {
    expect(connection.secrets).toEqual(['sesame']);
    const attempt = (): unknown => plugin.connect({ url: 'https://x.example', token: 'abc' });
    expect(attempt).toThrow(expect.objectContaining({ code: 'PLUGIN_SETTINGS_INVALID', kind: 'configuration' }));
    expect(attempt).not.toThrow(/abc/);
  });

  it('gives the settings as JSON Schema with labels and secrets marked', () => {
    const schema = plugin.settingsJsonSchema();
    expect(schema.properties?.['token']).toMatchObject({
      title: 'Token',
      description: 'From the vendor.',
      writeOnly: true,
    });
    expect(schema.required).toEqual(['url', 'token']);
  });

  it('refuses a mapping to a field that is not there', () => {
    expect(() => plugin.mappingFor('add', { phone: 'identifiers.phone' })).toThrow(
      expect.objectContaining({ code: 'PLUGIN_MAPPING_INVALID' }),
    );
  });

  it('refuses a definition whose parts disagree', () => {
    const bad = {
      ...manifest,
      capabilities: { ...manifest.capabilities, operations: { ...manifest.capabilities.operations, remove: false } },
    };
    expect(() => definePlugin({ manifest: bad, settings, actions: [send], check: () => Promise.resolve([]) })).toThrow(
      expect.objectContaining({ code: 'PLUGIN_DEFINITION_INVALID' }),
    );
    const unlabelled = z.object({ url: z.string() });
    expect(() =>
      definePlugin({ manifest, settings: unlabelled, actions: [], check: () => Promise.resolve([]) }),
    ).toThrow(/differ on add|no label/);
  });
});

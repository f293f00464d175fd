import { fitsSdk, parseManifest } from './manifest.schema';

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
    mixedActionsInBatch: false,
    batch: { maxRecords: 10, groupBy: ['action'] },
    concurrency: { perTarget: 1 },
    rate: [],
    identifiers: [{ key: 'id', normalize: 'none', hash: 'none' }],
    audience: { create: false, adopt: false },
    idempotency: { native: 'key', keyField: 'id' },
    perRecordResults: 'no',
    errors: [{ status: 410, class: 'gone' }],
  },
};

describe('parseManifest', () => {
  it('reads a whole manifest', () => {
    expect(parseManifest(manifest).capabilities.batch.maxRecords).toBe(10);
  });

  it.each([
    ['an unknown field', { ...manifest, extra: 1 }],
    ['a name that is not kebab-case', { ...manifest, id: 'Demo One' }],
    ['documentation that is not https', { ...manifest, docsUrl: 'http://example.org' }],
    ['an sdk of another major version', { ...manifest, sdk: '^2.0.0' }],
    ['no capabilities', { ...manifest, capabilities: undefined }],
    ['nothing', null],
  ])('refuses %s', (_name, value) => {
    expect(() => parseManifest(value)).toThrow(expect.objectContaining({ code: 'PLUGIN_MANIFEST_INVALID' }));
  });
});

describe('fitsSdk', () => {
  it.each([
    ['^1.0.0', '1.0.0', true],
    ['^1.0.0', '1.4.2', true],
    ['^1.2.0', '1.1.9', false],
    ['^1.2.3', '1.2.2', false],
    ['^1.0.0', '2.0.0', false],
  ])('%s with %s is %s', (range, version, expected) => {
    expect(fitsSdk(range, version)).toBe(expected);
  });
});

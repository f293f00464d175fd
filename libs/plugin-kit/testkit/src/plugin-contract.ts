import { readFileSync, writeFileSync, mkdirSync } from 'node:fs';
import { Socket } from 'node:net';
import { basename, join } from 'node:path';
import { isAppError } from '@kohort/kernel-errors';
import type { Json, JsonObject, MembershipDelta, SyncOperation } from '@kohort/kernel-contracts';
import { createPluginHost, createRecordingMachine, readPluginCard } from '@kohort/plugin-kit-host';
import { fieldsOf, fitsSdk, type Plugin } from '@kohort/plugin-kit-sdk';
import { manualClock } from '@kohort/kernel-clock-random';
import { SAMPLE_TIME, sampleChange } from './sample-changes';
import { faults, scriptedDestination, type Call, type Fault, type ScriptedDestination } from './scripted-destination';
import { sampleInput, tryOut, type TryOut } from './try-out';

export interface ContractOptions {
  /** The connector's folder (`join(__dirname, '..')` in `test/contract.spec.ts`). */
  readonly folder: string;
  /** Settings that work; `url` is where the scripted destination listens. */
  readonly good: (url: string) => JsonObject;
  /** Settings that must be refused, and why. */
  readonly bad: readonly { readonly why: string; readonly settings: (url: string) => JsonObject }[];
  /** What a member has at least, and at most. */
  readonly required: Partial<MembershipDelta>;
  readonly full: Partial<MembershipDelta>;
  /** A mapping that uses every field; the default mapping when left out. */
  readonly fullMapping?: Readonly<Record<string, string>>;
  /** How the destination answers to wrong credentials; null for connectors without any. */
  readonly wrongCredentials: Fault | null;
  /** Whether it speaks HTTP; a connector that writes files is tried on files alone. */
  readonly transport: 'http' | 'files';
  /** Parts of a recorded request that differ from run to run, replaced. */
  readonly steady?: (recorded: JsonObject) => JsonObject;
  /** The deduplication ids that a call carries; the same change must always carry the same. */
  readonly dedupeIds: (call: Pick<Call, 'headers' | 'body'>) => readonly string[];
  /** Writes `test/bodies` and `settings.schema.json` and fails, so that it cannot stay on. */
  readonly record?: boolean;
}

const OPERATIONS: readonly SyncOperation[] = ['add', 'remove'];

function able(plugin: Plugin): readonly SyncOperation[] {
  return OPERATIONS.filter((operation) => plugin.manifest.capabilities.operations[operation]);
}

/** Everything that a request is made of, secrets blanked by nobody: bodies hold invented values only. */
async function recordRequest(
  plugin: Plugin,
  options: ContractOptions,
  page: { changes: readonly MembershipDelta[]; mapping: Readonly<Record<string, string>> },
): Promise<JsonObject> {
  const input = sampleInput(plugin, options.good('https://destination.example'), page.changes, page.mapping);
  const operation = page.changes[0]?.operation ?? 'add';
  const action = plugin.connect(input.destination.settings).actionFor(operation);
  const machine = createRecordingMachine(manualClock(SAMPLE_TIME));
  const opened = action?.open({
    changes: page.changes,
    context: {
      ...input.sync,
      ...input,
      syncId: input.sync.id,
      workspaceId: input.destination.workspaceId,
      destinationId: input.destination.id,
      mapping: plugin.mappingFor(operation, page.mapping),
    },
  });
  expect(opened?.rejections.map(({ code, message }) => ({ code, message }))).toEqual([]);
  for (const request of opened?.build(opened.members) ?? [])
    await request.send(createPluginHost(machine, new AbortController().signal));
  const recorded: JsonObject = {
    requests: machine.requests.map((request): JsonObject => {
      const body: Json = request.body === undefined ? null : readJson(request.body);
      return { method: request.method, url: request.url, headers: { ...request.headers }, body };
    }),
    files: machine.writes.map(({ path, content }): JsonObject => ({
      path,
      text: Buffer.from(content).toString('utf8'),
    })),
  };
  return options.steady?.(recorded) ?? recorded;
}

function readJson(text: string): Json {
  try {
    const value: Json = JSON.parse(text);
    return value;
  } catch {
    // A body that is no JSON is shown as the text that it is.
    return text;
  }
}

function describeForms(plugin: Plugin, options: ContractOptions): void {
  const file = (name: string): unknown => JSON.parse(readFileSync(join(options.folder, name), 'utf8'));

  it('has a manifest that is its folder’s, with an sdk range that fits', async () => {
    expect(plugin.manifest.id).toBe(basename(options.folder));
    expect(fitsSdk(plugin.manifest.sdk)).toBe(true);
    expect(file('plugin.json')).toEqual(plugin.manifest);
    expect((await readPluginCard(options.folder)).manifest).toEqual(plugin.manifest);
    expect(new Set(plugin.actions.map((action) => action.key)).size).toBe(plugin.actions.length);
  });

  it('has a label and help on every setting and field', () => {
    for (const schema of [plugin.settings, ...plugin.actions.map((action) => action.fields)])
      for (const [key, info] of fieldsOf(schema)) {
        expect([key, (info?.label.length ?? 0) > 0]).toEqual([key, true]);
        expect([key, (info?.help.length ?? 0) > 3]).toEqual([key, true]);
      }
  });

  it('shows its settings without running: settings.schema.json is fresh', () => {
    if (options.record)
      writeFileSync(
        join(options.folder, 'settings.schema.json'),
        `${JSON.stringify(plugin.settingsJsonSchema(), null, 2)}\n`,
      );
    expect(file('settings.schema.json')).toEqual(JSON.parse(JSON.stringify(plugin.settingsJsonSchema())));
    expect(options.record ?? false).toBe(false);
  });

  it.each(options.bad.map((one) => [one.why, one.settings] as const))('refuses settings: %s', (_why, settings) => {
    const raw = settings('https://destination.example');
    let caught: unknown;
    try {
      plugin.connect(raw);
    } catch (thrown) {
      caught = thrown;
    }
    expect(isAppError(caught) && caught.kind).toBe('configuration');
    const shown = isAppError(caught) ? JSON.stringify(caught) : '';
    for (const key of plugin.secretKeys) {
      const value = raw[key];
      if (typeof value === 'string' && value.length > 3) expect(shown).not.toContain(value);
    }
  });
}

function describeBodies(plugin: Plugin, options: ContractOptions): void {
  const cases = able(plugin).flatMap((operation) => [
    { name: `${operation}.required`, operation, member: options.required, mapping: {} },
    { name: `${operation}.full`, operation, member: options.full, mapping: options.fullMapping ?? {} },
  ]);
  it.each(cases)('sends the reviewed request: $name', async ({ name, operation, member, mapping }) => {
    const changes = [1, 2].map((n) => sampleChange(n, { ...member, operation, before: operation === 'remove' }));
    const recorded = await recordRequest(plugin, options, { changes, mapping });
    const path = join(options.folder, 'test', 'bodies', `${name}.json`);
    if (options.record) {
      mkdirSync(join(options.folder, 'test', 'bodies'), { recursive: true });
      writeFileSync(path, `${JSON.stringify(recorded, null, 2)}\n`);
    }
    expect(recorded).toEqual(JSON.parse(readFileSync(path, 'utf8')));
    expect(await recordRequest(plugin, options, { changes, mapping })).toEqual(recorded);
  });

  it('opens no connection of its own', async () => {
    const connect = jest.spyOn(Socket.prototype, 'connect');
    for (const operation of able(plugin))
      await recordRequest(plugin, options, {
        changes: [sampleChange(1, { ...options.required, operation })],
        mapping: {},
      });
    expect(connect.mock.calls.length).toBe(0);
    connect.mockRestore();
  });

  it('keeps to its own limits and answers for every member', async () => {
    const { maxRecords } = plugin.manifest.capabilities.batch;
    const count = Math.min(maxRecords, 5_000) + 1;
    const changes = Array.from({ length: count }, (_, n) => sampleChange(n, options.required));
    const machine = tryOut(plugin);
    const preview = await machine.deliverer.preview(
      sampleInput(plugin, options.good('https://destination.example'), changes),
    );
    await machine.close();
    expect(preview.requests.reduce((sum, request) => sum + request.members, 0)).toBe(count);
    for (const request of preview.requests) expect(request.members).toBeLessThanOrEqual(maxRecords);
    expect(new Set(preview.requests.map((request) => request.requestKey)).size).toBe(preview.requests.length);
  });

  it('shows no secret and no personal value in a dry run', async () => {
    const settings = options.good('https://destination.example');
    const machine = tryOut(plugin);
    const preview = await machine.deliverer.preview(
      sampleInput(plugin, settings, [sampleChange(7, options.full)], options.fullMapping),
    );
    await machine.close();
    const shown = JSON.stringify(preview);
    for (const key of plugin.secretKeys) expect(shown).not.toContain(String(settings[key] ?? '\0'));
    for (const list of Object.values(options.full.identifiers ?? {}))
      for (const value of list) expect(shown).not.toContain(value);
  });
}

function describeHttp(plugin: Plugin, options: ContractOptions): void {
  let shop: ScriptedDestination;
  let trial: TryOut;
  beforeEach(async () => {
    shop = await scriptedDestination();
    trial = tryOut(plugin, { pair: shop.pair });
  });
  afterEach(async () => {
    await trial.close();
    await shop.close();
  });
  const deliver = (count: number, signal?: AbortSignal): ReturnType<TryOut['deliverer']['deliver']> => {
    const changes = Array.from({ length: count }, (_, n) => sampleChange(n, options.required));
    return trial.deliverer.deliver(sampleInput(plugin, options.good(shop.url), changes), signal ? { signal } : {});
  };
  const one = async (
    fault: Fault,
  ): Promise<{ fate: string; action: string | null; retryAfterMs: number | null; shown: string }> => {
    shop.script(fault);
    const outcome = await deliver(1);
    const verdict = outcome.verdicts[0];
    return {
      fate: verdict?.fate ?? 'none',
      action: outcome.stop?.action ?? null,
      retryAfterMs: verdict?.retryAfterMs ?? null,
      shown: JSON.stringify(outcome),
    };
  };

  it('answers for each of n members, accepted by a destination that is well', async () => {
    const outcome = await deliver(7);
    expect(outcome.verdicts.map((verdict) => verdict.fate)).toEqual(Array.from({ length: 7 }, () => 'accepted'));
    expect(outcome.verdicts.map((verdict) => verdict.profileId)).toEqual(
      [0, 1, 2, 3, 4, 5, 6].map((n) => sampleChange(n).profileId),
    );
  });

  it('waits as long as the destination asks, and uses up no try', async () => {
    expect(await one(faults.tooMany('7'))).toMatchObject({ fate: 'retry', action: 'wait', retryAfterMs: 7_000 });
    expect(await one(faults.tooMany())).toMatchObject({ fate: 'retry', action: 'wait', retryAfterMs: null });
  });

  it.each([500, 502, 503])('tries again after %i', async (status) => {
    expect(await one(faults.status(status))).toMatchObject({ fate: 'retry', action: 'wait' });
    expect(await one(faults.htmlPage(status))).toMatchObject({ fate: 'retry', action: 'wait' });
  });

  it.each([401, 403])('asks for a person after %i', async (status) => {
    expect(await one(faults.status(status))).toMatchObject({ fate: 'retry', action: 'pause' });
  });

  it('does not follow a redirect', async () => {
    shop.script({ kind: 'status', status: 302, headers: { location: `${shop.url}/elsewhere` } });
    const outcome = await deliver(1);
    expect(shop.calls.length).toBe(1);
    expect(outcome.verdicts[0]?.fate).not.toBe('accepted');
  });

  it.each([
    ['a reset', faults.reset],
    ['a lost answer', faults.eatenReply],
    ['silence', faults.hang],
  ] as const)('takes %s for an unknown outcome, never for done', async (_name, fault) => {
    if (fault === faults.hang) {
      await trial.close();
      trial = tryOut(plugin, { pair: shop.pair, timeoutMs: 250 });
    }
    expect(await one(fault)).toMatchObject({ fate: 'unknown', action: 'wait' });
  });

  it('reads a slow answer to its end', async () => {
    expect((await one(faults.slow)).fate).toBe('accepted');
  });

  it('survives an answer that is cut off', async () => {
    expect(['accepted', 'unknown', 'retry']).toContain((await one(faults.malformed)).fate);
  });

  it('repeats a delivery with the same deduplication ids', async () => {
    shop.script(faults.eatenReply);
    await deliver(3);
    await deliver(3);
    const [first, second] = shop.calls.map((call) => options.dedupeIds(call));
    expect(first?.length).toBeGreaterThan(0);
    expect(second).toEqual(first);
  });

  it('shows no secret in verdicts, whatever the destination says', async () => {
    const settings = options.good(shop.url);
    const secrets = plugin.secretKeys.map((key) => String(settings[key] ?? '')).filter((value) => value !== '');
    const { shown } = await one(faults.status(400, `{"error":"bad ${secrets.join(' ')} person0@example.org"}`));
    for (const value of [...secrets, 'person0@example.org']) expect(shown).not.toContain(value);
  });

  it('stops when told to', async () => {
    const controller = new AbortController();
    shop.script(faults.hang);
    const delivering = deliver(1, controller.signal);
    controller.abort();
    expect((await delivering).verdicts[0]?.fate).toMatch(/unknown|retry/);
  });

  it('checks its credentials both ways', async () => {
    const input = sampleInput(plugin, options.good(shop.url), []);
    const right = await trial.deliverer.check(input.destination, {});
    expect(right.length).toBeGreaterThan(0);
    expect(right.filter((finding) => !finding.ok)).toEqual([]);
    if (!options.wrongCredentials) return;
    shop.script(options.wrongCredentials);
    const wrong = await trial.deliverer.check(input.destination, {});
    expect(wrong.some((finding) => !finding.ok)).toBe(true);
  });
}

/**
 * The suite that every connector passes: one call in `test/contract.spec.ts`. It tries the connector on the real host,
 * over real HTTP, against a scripted destination.
 */
export function pluginContract(plugin: Plugin, options: ContractOptions): void {
  describe(`connector ${plugin.manifest.id}`, () => {
    describeForms(plugin, options);
    describeBodies(plugin, options);
    if (options.transport === 'http') describe('over HTTP', () => describeHttp(plugin, options));
  });
}

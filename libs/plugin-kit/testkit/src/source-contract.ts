import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAppError } from '@kohort/kernel-errors';
import type { Json, JsonObject, OpenedSource } from '@kohort/kernel-contracts';
import { fieldsOf, fitsSdk, type Source, type SourceHost } from '@kohort/plugin-kit-sdk';

/** The world that a source reads, as the suite moves it. */
export interface SourceWorld {
  /** Settings that reach it. `incremental`: later pulls take what is new alone. */
  settings(kind: 'incremental' | 'whole'): JsonObject;
  /** The same with credentials that are wrong. */
  wrongCredentials(): JsonObject;
  /** Empties it. */
  clear(): Promise<void>;
  /** Adds records (or files) of these names, in this order of time. */
  add(names: readonly string[]): Promise<void>;
  /** The network and clock of the host. */
  machine(): Omit<SourceHost, 'signal'>;
}

export interface SourceContractOptions {
  /** The connector's folder (`join(__dirname, '..')` in `test/contract.medium.spec.ts`). */
  readonly folder: string;
  readonly world: () => SourceWorld;
  /** Settings that must be refused, and why. */
  readonly bad: readonly { readonly why: string; readonly settings: JsonObject }[];
  /** Whether settings of kind `whole` are another thing than `incremental`. */
  readonly hasWhole: boolean;
}

/** Pages of the suite: small, so that a few records are several. */
const LIMIT = 3;

/** What one page or file brought: names of records, and where reading goes on. */
interface Step {
  readonly names: readonly string[];
  readonly position: Json;
}

async function* steps(source: OpenedSource, position: Json): AsyncGenerator<Step> {
  if (source.kind === 'rows') {
    for await (const page of source.pages({ position, limit: LIMIT })) {
      if (page.rows.length > LIMIT) throw new RangeError(`a page of ${page.rows.length} records`);
      const misfit = page.rows.find(({ cells }) => cells.length !== page.columns.length);
      if (misfit) throw new RangeError('a record has more or fewer cells than there are columns');
      yield { names: page.rows.map(({ key }) => key), position: page.position };
    }
    return;
  }
  for await (const file of source.files({ position })) {
    let bytes = 0;
    for await (const chunk of file.read()) bytes += chunk.length;
    if (bytes !== file.bytes) throw new RangeError(`${file.bytes} bytes were promised, ${bytes} came`);
    yield { names: [`${file.name}@${file.version}`], position: file.position };
  }
}

/** The network of a host that has none. */
const noNetwork = (world: SourceWorld): Omit<SourceHost, 'signal'> => {
  const away = (): Promise<never> => Promise.reject(new TypeError('no network'));
  return { ...world.machine(), dial: away, http: { send: away }, stream: { open: away } };
};

function describeForms(source: Source, options: SourceContractOptions): void {
  const read = (file: string): unknown => JSON.parse(readFileSync(join(options.folder, file), 'utf8'));

  it('has a manifest that fits the sdk, and labels for all settings', () => {
    expect(read('plugin.json')).toEqual({ ...source.manifest });
    expect(fitsSdk(source.manifest.sdk)).toBe(true);
    const unlabelled = [...fieldsOf(source.settings)].filter(([, info]) => !info?.label || !info.help);
    expect(unlabelled).toEqual([]);
  });

  it('keeps its settings schema beside the manifest, secrets marked', () => {
    const schema = source.settingsJsonSchema();
    const file = join(options.folder, 'settings.schema.json');
    if (process.env['KOHORT_WRITE_SCHEMA']) writeFileSync(file, `${JSON.stringify(schema, null, 2)}\n`);
    expect(read('settings.schema.json')).toEqual(JSON.parse(JSON.stringify(schema)));
    const hidden = Object.entries(schema.properties ?? {}).filter(
      ([, property]) => typeof property === 'object' && property['writeOnly'] === true,
    );
    expect(hidden.map(([key]) => key).sort()).toEqual([...source.secretKeys].sort());
  });

  it.each(options.bad)('refuses settings: $why', ({ settings }) => {
    expect(() => source.connect(settings)).toThrow(expect.objectContaining({ code: 'PLUGIN_SETTINGS_INVALID' }));
  });
}

function describeReading(source: Source, options: SourceContractOptions): void {
  const world = options.world;
  const controller = (): AbortController => new AbortController();

  async function open(kind: 'incremental' | 'whole', signal = controller().signal): Promise<OpenedSource> {
    return source.connect(world().settings(kind)).open({ ...world().machine(), signal });
  }
  async function pull(kind: 'incremental' | 'whole', position: Json, most = Infinity): Promise<Step[]> {
    const opened = await open(kind);
    const taken: Step[] = [];
    try {
      if (most > 0) {
        for await (const step of steps(opened, position)) {
          taken.push(step);
          if (taken.length >= most) break;
        }
      }
    } finally {
      await opened.close();
    }
    return taken;
  }
  const namesOf = (taken: readonly Step[]): string[] => taken.flatMap(({ names }) => names);
  const last = (taken: readonly Step[], before: Json = null): Json => taken.at(-1)?.position ?? before;
  const records = Array.from({ length: 7 }, (_, i) => `r${String(i).padStart(2, '0')}`);

  beforeEach(() => world().clear());

  it('checks its credentials both ways, and shows no secret', async () => {
    await world().add(['a']);
    const host = { ...world().machine(), signal: controller().signal };
    const right = await source.connect(world().settings('incremental')).check(host);
    expect(right.length).toBeGreaterThan(0);
    expect(right.filter(({ ok }) => !ok)).toEqual([]);
    const wrong = source.connect(world().wrongCredentials());
    const found = await wrong.check(host);
    expect(found.some(({ ok }) => !ok)).toBe(true);
    for (const secret of wrong.secrets) expect(JSON.stringify(found)).not.toContain(secret);
  });

  it('says what there is to be read', async () => {
    await world().add(['a']);
    const host = { ...world().machine(), signal: controller().signal };
    expect((await source.connect(world().settings('incremental')).discover(host)).length).toBeGreaterThan(0);
  });

  it('reaches nothing but through the host', async () => {
    const host = { ...noNetwork(world()), signal: controller().signal };
    const connected = source.connect(world().settings('incremental'));
    const opened = connected.open(host).then(async (found) => {
      for await (const step of steps(found, null)) return step;
      return null;
    });
    await expect(opened).rejects.toThrow();
  });

  it('ends at once when there is nothing', async () => {
    expect(namesOf(await pull('incremental', null))).toEqual([]);
  });

  it('brings every record once while nothing changes, and then nothing', async () => {
    await world().add(records);
    const first = await pull('incremental', null);
    expect(new Set(namesOf(first)).size).toBe(records.length);
    expect(namesOf(first)).toHaveLength(records.length);
    expect(namesOf(await pull('incremental', last(first)))).toEqual([]);
  });

  it('brings what is new, and only that', async () => {
    await world().add(records.slice(0, 5));
    const first = await pull('incremental', null);
    await world().add(records.slice(5));
    const second = await pull('incremental', last(first));
    expect(namesOf(second)).toHaveLength(records.length - 5);
    expect(namesOf(second).filter((name) => namesOf(first).includes(name))).toEqual([]);
  });

  it('loses nothing when it is killed behind any page and goes on from its position', async () => {
    await world().add(records);
    const whole = new Set(namesOf(await pull('incremental', null)));
    for (let kill = 0; kill <= records.length; kill += 1) {
      const before = await pull('incremental', null, kill);
      const after = await pull('incremental', last(before));
      expect(new Set([...namesOf(before), ...namesOf(after)])).toEqual(whole);
    }
  });

  it('moves on through pulls of one page each, and comes to an end', async () => {
    await world().add(records);
    const seen = new Set<string>();
    let position: Json = null;
    for (let pulls = 0; seen.size < records.length; pulls += 1) {
      expect(pulls).toBeLessThanOrEqual(records.length);
      const taken = await pull('incremental', position, 1);
      namesOf(taken).forEach((name) => seen.add(name));
      position = last(taken, position);
    }
    expect(namesOf(await pull('incremental', position))).toEqual([]);
  });

  it('stops when told to', async () => {
    await world().add(records);
    const told = controller();
    const opened = await open('incremental', told.signal);
    const reading = (async () => {
      for await (const step of steps(opened, null)) {
        told.abort();
        expect(step.names.length).toBeGreaterThan(0);
      }
    })().catch((thrown: unknown) => expect(isAppError(thrown)).toBe(true));
    const late = new Promise<string>((resolve) => setTimeout(() => resolve('late'), 30_000).unref());
    expect(await Promise.race([reading.then(() => 'stopped'), late])).toBe('stopped');
    await opened.close();
  });

  if (options.hasWhole) {
    it('reads everything anew each time without a cursor, and resumes within a pull', async () => {
      await world().add(records);
      const first = await pull('whole', null);
      expect(last(first)).toBeNull();
      expect(namesOf(first)).toHaveLength(records.length);
      expect(namesOf(await pull('whole', last(first)))).toEqual(namesOf(first));
      const part = await pull('whole', null, 2);
      expect([...namesOf(part), ...namesOf(await pull('whole', last(part)))]).toEqual(namesOf(first));
    });
  }
}

/**
 * The suite that every source passes: one call in `test/contract.medium.spec.ts`, against the real thing that it reads.
 */
export function sourceContract(source: Source, options: SourceContractOptions): void {
  describe(`source ${source.manifest.id}`, () => {
    describeForms(source, options);
    describe('reading', () => describeReading(source, options));
  });
}

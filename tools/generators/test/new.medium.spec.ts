import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const workspace = join(__dirname, '../../..');
const tracked = ['apps', 'e2e', 'libs', 'plugins', 'tools'];

interface Done {
  readonly code: number | null;
  readonly said: string;
}

/** A copy of the workspace that may be written to: sources copied, third-party packages linked. */
function copyWorkspace(): string {
  const root = mkdtempSync(join(tmpdir(), 'kohort-generators-'));
  const skip = /(^|\/)(node_modules|dist|\.kohort)$/;
  for (const name of readdirSync(workspace)) {
    const isSource = tracked.includes(name) || /\.(json|mjs|cjs)$/.test(name) || name.startsWith('.prettier');
    if (isSource)
      cpSync(join(workspace, name), join(root, name), { recursive: true, filter: (path) => !skip.test(path) });
  }
  const packages = join(workspace, 'node_modules');
  mkdirSync(join(root, 'node_modules/@kohort'), { recursive: true });
  for (const name of readdirSync(packages))
    if (name !== '@kohort' && name !== '.cache') symlinkSync(join(packages, name), join(root, 'node_modules', name));
  for (const name of readdirSync(join(packages, '@kohort'))) {
    const at = join(root, 'node_modules/@kohort', name);
    cpSync(join(packages, '@kohort', name), at, { recursive: false, verbatimSymlinks: true });
  }
  return root;
}

describe('npm run new', () => {
  let root: string;
  beforeAll(() => {
    root = copyWorkspace();
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  function run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Done {
    const { status, stdout, stderr } = spawnSync(process.execPath, args, {
      cwd: root,
      encoding: 'utf8',
      env: {
        ...process.env,
        LAYER: 'unit',
        NX_DAEMON: 'false',
        NX_NO_CLOUD: 'true',
        NX_CACHE_PROJECT_GRAPH: 'true',
        ...env,
      },
    });
    return { code: status, said: `${stdout}${stderr}` };
  }
  const generate = (kind: string, name: string): Done =>
    run(['tools/generators/new.mjs', kind, name], { KOHORT_GENERATE_ROOT: root });
  const clean: Done = { code: 0, said: '' };

  it('makes every kind, furniture included, and passes what it made through types, lint, format and its own specs', () => {
    const made = [
      ['adr', 'counting-sheep'],
      ['plugin', 'mail-pigeon'],
      ['source', 'shop-window'],
      ['estimator', 'clustering/nearest-mean'],
      ['estimator', 'anomaly/far-from-mean'],
      ['flow', 'models/compare-versions'],
      ['flow', 'loyalty/award-points'],
    ].map(([kind = '', name = '']) => generate(kind, name));
    expect(made.map(({ code, said }) => (code === 0 ? 0 : said))).toEqual([0, 0, 0, 0, 0, 0, 0]);
    expect(readdirSync(join(root, 'tools/adr')).some((file) => /^\d{4}-counting-sheep\.md$/.test(file))).toBe(true);
    expect(readFileSync(join(root, 'libs/hosts/sync/src/plugins.ts'), 'utf8')).toContain(
      "'@kohort/plugin-mail-pigeon'",
    );
    expect(readFileSync(join(root, 'libs/hosts/runtime/src/first-party-sources.ts'), 'utf8')).toMatch(
      /'@kohort\/plugin-shop-window'[\s\S]*\[postgres, s3, shopWindow\]/,
    );
    expect(readFileSync(join(root, 'libs/ml/clustering/src/index.ts'), 'utf8')).toContain('nearestMean');
    expect(readFileSync(join(root, 'eslint.config.mjs'), 'utf8')).toContain("'loyalty'");

    const projects = [
      'plugins/mail-pigeon',
      'plugins/shop-window',
      'libs/ml/clustering',
      'libs/ml/anomaly',
      'libs/models/flow',
      'libs/loyalty/flow',
    ];
    const places = [
      'plugins/mail-pigeon',
      'plugins/shop-window',
      'libs/hosts/sync/src',
      'libs/ml/clustering/src/nearest-mean',
      'libs/ml/anomaly',
      'libs/models/flow/src/compare-versions',
      'libs/loyalty',
    ];
    // One compilation of what each project's own settings name: six would read the same packages six times.
    const include = projects.flatMap((project) => {
      const own = JSON.parse(readFileSync(join(root, project, 'tsconfig.json'), 'utf8'));
      expect(join(root, project, own.extends)).toBe(join(root, 'tsconfig.base.json'));
      return own.include.map((folder: string) => `${project}/${folder}`);
    });
    writeFileSync(join(root, 'tsconfig.made.json'), JSON.stringify({ extends: './tsconfig.base.json', include }));
    expect(run(['node_modules/ts7/bin/tsc', '--noEmit', '-p', 'tsconfig.made.json'])).toEqual(clean);
    expect(run(['node_modules/nx/dist/bin/nx.js', 'show', 'projects', '--json']).said).toContain('plugin-mail-pigeon');
    const files = [
      ...places.filter((place) => existsSync(join(root, place))),
      'libs/models/flow/src',
      'eslint.config.mjs',
    ];
    // Lint of the copy really holds the boundaries: a connector that reaches for arithmetic is refused, and nothing else.
    const astray = join(root, 'plugins/mail-pigeon/src/astray.ts');
    writeFileSync(astray, "import { rocAuc } from '@kohort/ml-metrics';\n\nexport const astray = rocAuc;\n");
    const linted = run(['node_modules/eslint/bin/eslint.js', '--format', 'json', ...files]).said;
    const faults: { filePath: string; messages: { ruleId: string }[] }[] = JSON.parse(linted);
    expect(faults.length).toBeGreaterThan(20);
    expect(
      faults.flatMap(({ filePath, messages }) => messages.map(({ ruleId }) => [filePath === astray, ruleId])),
    ).toEqual(expect.arrayContaining([[true, '@nx/enforce-module-boundaries']]));
    expect(faults.filter(({ filePath, messages }) => filePath !== astray && messages.length > 0)).toEqual([]);
    rmSync(astray);
    expect(run(['node_modules/prettier/bin/prettier.cjs', '--check', '--log-level=warn', ...files])).toEqual(clean);
    const jest = run(['node_modules/jest/bin/jest.js', '-c', 'jest.config.cjs', '--json', '--silent', ...places]);
    const report = JSON.parse(jest.said.slice(jest.said.indexOf('{"num')).split('\n')[0] ?? '{}');
    expect([report.numFailedTests, report.numRuntimeErrorTestSuites, jest.code]).toEqual([0, 0, 0]);
    // One suite of the connector list, two of the connector, one of the source, three of each estimator, one of each flow.
    expect(report.numPassedTestSuites).toBeGreaterThanOrEqual(12);
  });

  it('makes the golden file with the script that it gives', () => {
    const python = spawnSync('python3', ['--version']);
    const reference = join(root, 'libs/ml/anomaly/src/far-from-mean/reference');
    const golden = join(reference, 'far-from-mean.golden.json');
    const before = readFileSync(golden, 'utf8');
    expect(JSON.parse(before).cases).toHaveLength(3);
    if (python.status !== 0) return;
    rmSync(golden);
    expect(spawnSync('python3', [join(reference, 'far-from-mean.py')]).status).toBe(0);
    expect(readFileSync(golden, 'utf8')).toBe(before);
  });

  it('writes nothing where something is, and nothing for a name that is none', () => {
    const list = readFileSync(join(root, 'libs/hosts/sync/src/plugins.ts'), 'utf8');
    for (const [kind, name] of [
      ['plugin', 'mail-pigeon'],
      ['plugin', 'webhook'],
      ['source', 's3-source'],
      ['plugin', 'MailPigeon'],
      ['plugin', '../x'],
      ['estimator', 'nearest-mean'],
      ['table', 'x'],
    ]) {
      expect(generate(kind ?? '', name ?? '').code).toBe(2);
    }
    expect(readFileSync(join(root, 'libs/hosts/sync/src/plugins.ts'), 'utf8')).toBe(list);
    expect(existsSync(join(root, 'plugins/MailPigeon'))).toBe(false);
  });

  it('enters new projects into the lock file', () => {
    const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
    expect(lock.packages['node_modules/@kohort/plugin-mail-pigeon']).toEqual({
      resolved: 'plugins/mail-pigeon',
      link: true,
    });
    expect(lock.packages['libs/loyalty/flow'].name).toBe('@kohort/loyalty-flow');
  });
});

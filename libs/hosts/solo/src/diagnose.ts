import { isAppError } from '@kohort/kernel-errors';
import { existsSync } from 'node:fs';
import { arch, platform } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { livingOwner } from '@kohort/platform-owned-folder';
import { satisfies } from 'semver';
import { readHome, type SoloHome } from '@kohort/hosts-home';
import { machineProbes, type MachineProbes } from './machine-probes';

/** `fail`: Kohort cannot run like this. `warn`: it runs, but slower or not for long. */
export type FindingState = 'ok' | 'warn' | 'fail';

/** What was looked at, and what was found. */
export interface Finding {
  readonly what: string;
  readonly state: FindingState;
  readonly detail: string;
}

/** What this installation is to use. */
export interface DiagnoseOptions {
  readonly homeDir: string;
  /** Whether the embedded engines are needed: no external ones are configured. */
  readonly embeddedDatabase: boolean;
  readonly embeddedColumns: boolean;
  /** Address of a Kohort that should answer; the one that last served from the home when absent. */
  readonly url?: string | undefined;
  /** The key of the suppression list that the settings name, hex; the home's own when absent. */
  readonly suppressionKey?: string | undefined;
  /** Its API key, for the books; that of the home when absent. */
  readonly apiKey?: string | undefined;
  readonly probes?: MachineProbes;
}

/** As package.json says it. */
const NODE_RANGE = '>=20.19 <21 || >=22.12';
const GB = 1_073_741_824;
const DISK = { needed: GB, wanted: 5 * GB } as const;
const MEMORY = { needed: GB / 2, wanted: 2 * GB } as const;

type Check = (options: DiagnoseOptions, probes: MachineProbes) => Finding | Promise<Finding>;

const reasonOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));

function engineFinding(what: string, needed: boolean, find: () => string): Finding {
  try {
    return { what, state: 'ok', detail: find() };
  } catch (thrown) {
    const detail = needed ? reasonOf(thrown) : `${reasonOf(thrown)}; an external one is configured`;
    return { what, state: needed ? 'fail' : 'ok', detail };
  }
}

const node: Check = (_options, probes) => ({
  what: 'Node.js',
  state: satisfies(probes.nodeVersion, NODE_RANGE) ? 'ok' : 'fail',
  detail: `${probes.nodeVersion} on ${platform()}-${arch()}; needed ${NODE_RANGE}`,
});

const postgres: Check = (options, probes) =>
  engineFinding('embedded PostgreSQL', options.embeddedDatabase, probes.postgres);

const columns: Check = (options, probes) => engineFinding('ClickHouse engine', options.embeddedColumns, probes.columns);

function roomFinding(what: string, bytes: number, limits: { needed: number; wanted: number }): Finding {
  const state = bytes < limits.needed ? 'fail' : bytes < limits.wanted ? 'warn' : 'ok';
  const wanted = state === 'ok' ? '' : `; ${(limits.wanted / GB).toFixed(0)} GB wanted`;
  return { what, state, detail: `${(bytes / GB).toFixed(1)} GB free${wanted}` };
}

/** The nearest folder that is there: the home may still have to be made. */
function existing(dir: string): string {
  return existsSync(dir) ? dir : existing(dirname(dir));
}

const disk: Check = async ({ homeDir }, probes) =>
  roomFinding('disk', await probes.freeDiskBytes(existing(resolve(homeDir))), DISK);

const memory: Check = (_options, probes) => roomFinding('memory', probes.freeMemoryBytes(), MEMORY);

const tensorflow: Check = async (_options, probes) => {
  const what = 'TensorFlow.js';
  try {
    const { backend, tried } = await probes.tensorflow();
    const before = tried.map((one) => `${one.backend}: ${one.reason}`).join('; ');
    const detail = `backend ${backend}${before === '' ? '' : ` (tried before: ${before})`}`;
    return { what, state: backend === 'cpu' ? 'warn' : 'ok', detail };
  } catch (thrown) {
    return { what, state: 'warn', detail: reasonOf(thrown) };
  }
};

const xgboost: Check = async (_options, probes) => {
  const found = await probes.xgboost();
  return {
    what: 'gradient boosting',
    state: found.available ? 'ok' : 'warn',
    detail: found.available ? found.engine : `${found.reason ?? 'not there'}; propensities are logistic then`,
  };
};

const redis: Check = (_options, probes) => {
  const version = probes.redisVersion();
  return { what: 'redis-server', state: 'ok', detail: version ?? 'not on PATH; only a cluster may want it' };
};

const home: Check = ({ homeDir }) => {
  const what = 'home folder';
  try {
    const found = readHome(homeDir);
    if (!found) return { what, state: 'ok', detail: `${resolve(homeDir)} is new; the first start makes it` };
    const owner = livingOwner(join(resolve(homeDir), 'postgres'));
    const use = owner === undefined ? 'not in use' : `in use by process ${owner}`;
    return { what, state: 'ok', detail: `${resolve(homeDir)}, workspace ${found.workspaceId}, ${use}` };
  } catch (thrown) {
    return {
      what,
      state: 'fail',
      detail: isAppError(thrown) ? `${thrown.message} (${thrown.code})` : reasonOf(thrown),
    };
  }
};

/** The list can be read by nobody without its key, and holds nobody back without it. */
const suppressionKey: Check = ({ homeDir, suppressionKey: named, embeddedDatabase }) => {
  const what = 'suppression key';
  const home = homeOrNull(homeDir);
  const key = named ?? home?.suppressionKey;
  if (key !== undefined && key === home?.pepper) {
    return { what, state: 'fail', detail: 'KOHORT_SUPPRESSION_KEY is the pepper: whoever has one would have both' };
  }
  if (named !== undefined) return { what, state: 'ok', detail: 'from KOHORT_SUPPRESSION_KEY' };
  if (key !== undefined) return { what, state: 'ok', detail: 'in solo.json; a copy belongs where the backups are not' };
  if (!embeddedDatabase) return { what, state: 'warn', detail: 'none: gateway and pipeline worker want one' };
  return { what, state: 'ok', detail: 'the first start makes one' };
};

function homeOrNull(homeDir: string): SoloHome | null {
  try {
    return readHome(homeDir);
  } catch {
    // The check of the home says why.
    return null;
  }
}

function lastUrl(homeDir: string): string | null {
  return homeOrNull(homeDir)?.url ?? null;
}

const running: Check = async ({ homeDir, url }, probes) => {
  const what = 'running Kohort';
  const address = url ?? lastUrl(homeDir);
  if (address === null) return { what, state: 'ok', detail: 'none has served from this folder' };
  const health = await probes.health(address);
  if (health === null) {
    return { what, state: url === undefined ? 'ok' : 'warn', detail: `none answers at ${address}` };
  }
  const reason = health.reason === undefined ? '' : `: ${health.reason}`;
  const stranded = health.strandedSwitches ?? 0;
  if (health.isReady && stranded > 0) {
    const whose = stranded === 1 ? 'one workspace waits' : `${stranded} workspaces wait`;
    const detail = `${health.status} at ${address}; ${whose} for an identity rebuild that failed in its switch`;
    return { what, state: 'warn', detail: `${detail}; it is tried again` };
  }
  return { what, state: health.isReady ? 'ok' : 'fail', detail: `${health.status}${reason} at ${address}` };
};

const ledger: Check = async ({ homeDir, url, apiKey }, probes) => {
  const what = 'books of the last day';
  const last = homeOrNull(homeDir);
  const [address, key] = [url ?? last?.url ?? null, apiKey ?? last?.apiKey ?? null];
  const found = address === null || key === null ? null : await probes.ledger(address, key);
  if (found === null) return { what, state: 'ok', detail: 'not looked at; no Kohort answers to a key of ours' };
  const { received, residual, storedResidual, pending } = found;
  if (residual !== 0)
    return { what, state: 'fail', detail: `${residual} of ${received} received records have no fate` };
  if (storedResidual !== 0) {
    const detail = `${storedResidual} stored records have no event; erasures of the last day may explain them`;
    return { what, state: 'warn', detail };
  }
  return { what, state: 'ok', detail: `${received} records, all accounted for, ${pending} still to be worked off` };
};

const CHECKS: readonly Check[] = [
  node,
  postgres,
  columns,
  disk,
  memory,
  tensorflow,
  xgboost,
  redis,
  home,
  suppressionKey,
  running,
  ledger,
];

/**
 * Looks at all that Kohort needs on this machine, and changes nothing.
 *
 * Shape   one finding a check, always all of them, in the same order
 * Cost    about a second: TensorFlow.js and ml-xgboost are loaded to see whether they can be
 */
export async function diagnose(options: DiagnoseOptions): Promise<readonly Finding[]> {
  const probes = options.probes ?? machineProbes;
  const findings: Finding[] = [];
  for (const check of CHECKS) findings.push(await check(options, probes));
  return findings;
}

import { spawnSync } from 'node:child_process';
import { statfs } from 'node:fs/promises';
import { freemem } from 'node:os';
import { locateEngine } from '@kohort/hosts-columns-door';
import { loadTensorflow, xgboostEngine, type LoadedTensorflow } from '@kohort/ml-adapters';
import { systemClock } from '@kohort/kernel-clock-random';
import type { EngineAvailability } from '@kohort/ml-propensity';
import { locateBinaries } from '@kohort/platform-embedded';
import { z } from 'zod';

/** What a running Kohort says of itself. */
export interface HealthAnswer {
  readonly isReady: boolean;
  readonly status: string;
  readonly reason?: string | undefined;
  /** Workspaces whose rebuild of everybody failed in its switch. */
  readonly strandedSwitches?: number | undefined;
}

/** The machine as `diagnose` asks for it. */
export interface MachineProbes {
  readonly nodeVersion: string;
  /** What is there, in words. Throws when it is not. */
  postgres(): string;
  columns(): string;
  freeDiskBytes(dir: string): Promise<number>;
  freeMemoryBytes(): number;
  tensorflow(): Promise<Pick<LoadedTensorflow, 'backend' | 'tried'>>;
  xgboost(): Promise<EngineAvailability>;
  /** Null when it is not on the PATH. */
  redisVersion(): string | null;
  /** Null when nobody answers. */
  health(url: string): Promise<HealthAnswer | null>;
  /** The books of the last day. Null when nobody answers, or not with this key. */
  ledger(url: string, apiKey: string): Promise<LedgerAnswer | null>;
}

/** Whether the books close. */
export interface LedgerAnswer {
  readonly received: number;
  /** received − (stored + duplicate + rejected + suppressed + quarantined). */
  readonly residual: number;
  /** stored − (processed + pending). */
  readonly storedResidual: number;
  readonly pending: number;
}

const HEALTH_LIMIT_MS = 3_000;
const healthSchema = z.object({
  status: z.string(),
  reason: z.string().optional(),
  strandedSwitches: z.number().optional(),
});

async function askHealth(url: string): Promise<HealthAnswer | null> {
  try {
    const response = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(HEALTH_LIMIT_MS) });
    return { isReady: response.ok, ...healthSchema.parse(await response.json()) };
  } catch {
    // Refused, too slow, or not a Kohort: nobody answers, which is the answer.
    return null;
  }
}

const DAY_MS = 86_400_000;
const ledgerSchema = z.object({
  data: z.object({
    ledgerBalance: z.object({
      received: z.number(),
      residual: z.number(),
      storedResidual: z.number(),
      pending: z.number(),
    }),
  }),
});

async function askLedger(url: string, apiKey: string): Promise<LedgerAnswer | null> {
  const from = new Date(systemClock.now() - DAY_MS).toISOString();
  const query = `{ ledgerBalance(range: { from: "${from}" }) { received residual storedResidual pending } }`;
  try {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${apiKey}` },
      body: JSON.stringify({ query }),
      signal: AbortSignal.timeout(HEALTH_LIMIT_MS),
    });
    return ledgerSchema.parse(await response.json()).data.ledgerBalance;
  } catch {
    // As above: nobody answers, or not to this key.
    return null;
  }
}

/** This machine. */
export const machineProbes: MachineProbes = {
  nodeVersion: process.versions.node,
  postgres: () => `programs in ${locateBinaries().nativeDir}`,
  columns() {
    const { version, library } = locateEngine();
    return `chdb ${version} with ${library}`;
  },
  async freeDiskBytes(dir) {
    const { bavail, bsize } = await statfs(dir);
    return bavail * bsize;
  },
  freeMemoryBytes: freemem,
  tensorflow: () => loadTensorflow(),
  xgboost: () => xgboostEngine().available(),
  redisVersion() {
    const { status, stdout } = spawnSync('redis-server', ['--version'], { encoding: 'utf8' });
    return status === 0 ? (/v=([\d.]+)/.exec(stdout)?.[1] ?? stdout.trim()) : null;
  },
  health: askHealth,
  ledger: askLedger,
};

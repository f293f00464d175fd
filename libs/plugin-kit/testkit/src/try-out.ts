import { manualClock } from '@kohort/kernel-clock-random';
import {
  destinationIdSchema,
  runIdSchema,
  segmentIdSchema,
  syncIdSchema,
  workspaceIdSchema,
  type Deliverer,
  type DeliveryInput,
  type JsonObject,
  type MembershipDelta,
} from '@kohort/kernel-contracts';
import { createDeliverer, createPluginList, noFiles, type Machine } from '@kohort/plugin-kit-host';
import { createEgressClient, type EgressClient } from '@kohort/platform-http';
import type { FileArea, Plugin } from '@kohort/plugin-kit-sdk';
import { SAMPLE_TIME } from './sample-changes';

/** A page for a plugin's destination with invented ids. */
export function sampleInput(
  plugin: Plugin,
  settings: JsonObject,
  changes: readonly MembershipDelta[],
  mapping: Readonly<Record<string, string>> = {},
): DeliveryInput {
  const workspaceId = workspaceIdSchema.parse('00000000-0000-4000-9000-000000000001');
  return {
    destination: {
      workspaceId,
      id: destinationIdSchema.parse('00000000-0000-4000-9000-000000000002'),
      key: 'sample',
      plugin: plugin.manifest.id,
      settings,
      secrets: null,
      paused: false,
    },
    sync: {
      id: syncIdSchema.parse('00000000-0000-4000-9000-000000000003'),
      segment: { id: segmentIdSchema.parse('00000000-0000-4000-9000-000000000004'), key: 'vip', name: 'VIP' },
      mapping,
    },
    runId: runIdSchema.parse('00000000-0000-4000-9000-000000000005'),
    runStartedAt: SAMPLE_TIME,
    sequence: 0,
    changes,
  };
}

export interface TryOut {
  readonly deliverer: Deliverer;
  readonly machine: Machine;
  close(): Promise<void>;
}

/** What a trial may reach. */
export interface TryOutOptions {
  /** `host:port` that may be called. */
  readonly pair?: string;
  readonly files?: FileArea;
  /** How long an answer may take; the client's own limit when left out. Short only where none will come. */
  readonly timeoutMs?: number;
}

/** A plugin on a real machine: real HTTP to the allowed pair, a standing clock. */
export function tryOut(plugin: Plugin, { pair, files, timeoutMs }: TryOutOptions = {}): TryOut {
  const http: EgressClient = createEgressClient({
    allow: pair === undefined ? [] : [pair],
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });
  const machine: Machine = { http, files: files ?? noFiles, clock: manualClock(SAMPLE_TIME) };
  const deliverer = createDeliverer({
    plugins: createPluginList([plugin]),
    machine,
    openSecrets: () => Promise.resolve({}),
  });
  return { deliverer, machine, close: () => http.close() };
}

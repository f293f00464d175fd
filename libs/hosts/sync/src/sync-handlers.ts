import { seededRandom } from '@kohort/kernel-clock-random';
import { runParams, type Json, type SecretBox } from '@kohort/kernel-contracts';
import type { Engines, Timers } from '@kohort/hosts-runtime';
import type { JobHandlers } from '@kohort/pipeline-map';
import { createEgressClient } from '@kohort/platform-http';
import { changeWebhookStore, runHandler, syncStore } from '@kohort/platform-postgres';
import { createDeliverer, createFolderArea, createPluginList, noFiles } from '@kohort/plugin-kit-host';
import type { Plugin } from '@kohort/plugin-kit-sdk';
import {
  checkDestination,
  deliverChanges,
  previewSync,
  recheckPeople,
  runSync,
  trackChanges,
  type SyncPorts,
} from '@kohort/sync-flow';
import { z } from 'zod';
import { changeSender } from './change-sender.adapter';
import { startChangeTimer } from './change-timer';
import { firstPartyPlugins } from './plugins';

const json: z.ZodType<Json> = z.json();

/** What the sync worker is bound to. */
export interface SyncParts {
  readonly engines: Pick<Engines, 'database' | 'clock' | 'logger'>;
  /** Opens the sealed credentials of destinations. */
  readonly secrets: SecretBox;
  /** Below it connectors may write files; null when they may not. */
  readonly filesDir: string | null;
  /** Exact `host:port` pairs that may be http and loopback (`KOHORT_EGRESS_ALLOW`); empty in production. */
  readonly egressAllow: readonly string[];
  /** Connectors beside those of this repository. */
  readonly plugins?: readonly Plugin[];
}

/** The handlers of its jobs, what else the host needs of them, and the connections to close. */
export interface SyncHost {
  readonly handlers: JobHandlers;
  /** For check, dry run, release and resume (`@kohort/sync-flow`). */
  readonly ports: SyncPorts;
  /** What time and the change log set going; stop it before `close`. */
  startTimers(): Timers;
  close(): Promise<void>;
}

/** The jobs of the sync worker, bound to the engines. */
export function syncHandlers(parts: SyncParts): SyncHost {
  const { database, clock, logger } = parts.engines;
  const http = createEgressClient({ allow: parts.egressAllow });
  const ports: SyncPorts = {
    store: syncStore(database),
    deliverer: createDeliverer({
      plugins: createPluginList([...firstPartyPlugins, ...(parts.plugins ?? [])]),
      machine: { http, files: parts.filesDir === null ? noFiles : createFolderArea(parts.filesDir), clock },
      openSecrets: ({ workspaceId, key, secrets }) =>
        Promise.resolve(secrets === null ? {} : parts.secrets.open({ workspaceId, destinationKey: key }, secrets)),
    }),
    clock,
    random: seededRandom(clock.now()),
    logger,
  };
  const webhooks = changeWebhookStore(database);
  const sender = changeSender({ http, secrets: parts.secrets, clock });
  return {
    ports,
    startTimers: () => startChangeTimer({ store: webhooks, url: database.url, logger }),
    handlers: {
      'sync.track': async (input) => {
        await trackChanges(ports, input);
      },
      'sync.consent': async (input) => {
        await recheckPeople(ports, input);
      },
      'sync.run': runHandler({
        database,
        clock,
        params: runParams['sync.run'],
        flow: (context, params) => runSync(ports, context, params),
      }),
      'changes.deliver': runHandler({
        database,
        clock,
        params: runParams['changes.deliver'],
        flow: async (context, params) =>
          json.parse(await deliverChanges({ ...ports, store: webhooks, sender }, context, params)),
      }),
      // What a connector would send, or says of itself: blanked where it is personal or secret, so that it may be kept.
      'sync.preview': runHandler({
        database,
        clock,
        params: runParams['sync.preview'],
        flow: async ({ run }, params) =>
          json.parse(await previewSync(ports, { workspaceId: run.workspaceId, ...params })),
      }),
      'destinations.check': runHandler({
        database,
        clock,
        params: runParams['destinations.check'],
        flow: async ({ run, signal }, { destinationId }) => {
          const diagnoses = await checkDestination(ports, { workspaceId: run.workspaceId, destinationId, signal });
          return json.parse({ ok: diagnoses.every((each) => each.ok), diagnoses });
        },
      }),
    },
    close: () => http.close(),
  };
}

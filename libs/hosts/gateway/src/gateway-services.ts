import { randomBytes } from 'node:crypto';
import { hashKey, mintKey } from '@kohort/access-domain';
import { keyRing, type KeyRing } from '@kohort/access-flow';
import {
  ChangeFeed,
  DEFAULT_LIMITS,
  HorizonPulse,
  progressFeeds,
  type GatewayLimits,
  type GatewayServices,
  type KeyMaker,
} from '@kohort/gateway-resolvers';
import { firstPartySources } from '@kohort/hosts-runtime';
import { firstPartyPlugins } from '@kohort/hosts-sync';
import {
  accessAdapter,
  changeLogAdapter,
  changeWebhookAdmin,
  commandAdapter,
  featureStatisticsStore,
  featureStore,
  identityAdmin,
  privacyStore,
  readAdapter,
} from '@kohort/platform-postgres';
import { SuppressionKeys } from '@kohort/privacy-domain';
import {
  changeSecrets,
  connectorCatalogue,
  createPluginList,
  createSecretBox,
  createSourceList,
  sourcePlace,
} from '@kohort/plugin-kit-host';
import { membershipExplainer } from './explain/membership-explainer.adapter';
import { scoreExplainer } from './explain/score-explainer.adapter';
import type { GatewayOptions } from './gateway-options';
import { segmentPreviewer } from './preview/segment-previewer.adapter';
import { listEditor } from './lists/list-editor.adapter';
import { ruleCheck } from './rule-check.adapter';

/** How long a good key is not looked up again. A revoked one stops working within this time. */
const KEY_CACHE_MS = 10_000;
/** How much longer a write key stays known while PostgreSQL is away. */
const KEY_STALE_MS = 600_000;
const DEFAULT_POLL_MS = 1_000;

/** The ports of the gateway, bound to PostgreSQL, and what lives as long as the process. */
export interface BoundServices {
  readonly services: GatewayServices;
  readonly keys: KeyRing;
  readonly pulse: HorizonPulse;
  readonly limits: GatewayLimits;
}

function keyMaker(pepper: Buffer): KeyMaker {
  return {
    make(kind, workspaceId) {
      const text = mintKey(kind, workspaceId, randomBytes(32));
      return { text, digest: hashKey(text, pepper) };
    },
  };
}

/** Binds every port of the gateway. */
export function bindServices(options: GatewayOptions): BoundServices {
  const { database, clock, logger } = options;
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const read = readAdapter({ database, clock });
  const changeLog = changeLogAdapter(database, {
    cursorKey: options.cursorKey,
    retentionMs: options.changeRetentionMs,
  });
  const pulse = new HorizonPulse({
    log: changeLog,
    logger,
    pollMs: Math.min(options.pollMs ?? DEFAULT_POLL_MS, 1_000),
  });
  const keys = keyRing({
    access: accessAdapter(database),
    pepper: options.pepper,
    clock,
    cacheMs: KEY_CACHE_MS,
    staleMs: KEY_STALE_MS,
  });
  const secrets = createSecretBox(options.secretKeys);
  const services: GatewayServices = {
    read,
    commands: commandAdapter({ database, clock }),
    identity: identityAdmin({ database, clock }),
    changeLog,
    changes: new ChangeFeed({ log: changeLog, pulse, clock, logger }),
    feeds: progressFeeds({ read, pulse, clock, logger, deadlineMs: limits.deadlineMs }),
    webhooks: { admin: changeWebhookAdmin({ database, clock }), secrets: changeSecrets(secrets) },
    rules: ruleCheck,
    connectors: connectorCatalogue(createPluginList(firstPartyPlugins)),
    sources: connectorCatalogue(createSourceList(firstPartySources)),
    secrets,
    sourceSecrets: {
      seal: (workspaceId, key, values) => secrets.seal(sourcePlace({ workspaceId, key }), values),
    },
    keys: keyMaker(options.pepper),
    scoreReasons: scoreExplainer({ database, artifacts: options.artifacts, clock }),
    memberships: membershipExplainer(database, options.columns?.store ?? null),
    previews: options.columns ? segmentPreviewer({ database, columns: options.columns, clock }) : null,
    lists: listEditor(database),
    traits: {
      store: featureStore(database),
      statistics: featureStatisticsStore(database),
      columns: options.columns ?? null,
    },
    privacy: { store: privacyStore(database), keys: new SuppressionKeys(options.suppressionKeys), clock },
    clock,
    logger,
    deadlineMs: limits.deadlineMs,
  };
  return { services, keys, pulse, limits };
}

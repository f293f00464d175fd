import {
  readShape,
  type ConnectorCalls,
  type ConnectorCatalogue,
  type Json,
  type JsonObject,
  type SettingsVerdict,
} from '@kohort/kernel-contracts';
import type { Plugin } from '@kohort/plugin-kit-sdk';
import { z } from 'zod';
import { MAX_PAGE_MEMBERS } from './deliverer.adapter';

/** What a destination and a source have in common for those who configure them. */
export type Configurable = Pick<Plugin, 'settings' | 'secretKeys' | 'settingsJsonSchema'> & {
  readonly manifest: Pick<Plugin['manifest'], 'id' | 'name' | 'description' | 'version'> & {
    readonly capabilities?: Pick<Plugin['manifest']['capabilities'], 'kind' | 'mixedActionsInBatch' | 'batch'>;
  };
  readonly actions?: Plugin['actions'];
};

const jsonObject = z.record(z.string(), z.json());

function split(plugin: Configurable, settings: JsonObject): { open: JsonObject; secrets: JsonObject | null } {
  const entries = Object.entries(settings);
  const isSecret = ([key]: [string, Json]): boolean => plugin.secretKeys.includes(key);
  const secrets = entries.filter(isSecret);
  return {
    open: Object.fromEntries(entries.filter((entry) => !isSecret(entry))),
    secrets: secrets.length === 0 ? null : Object.fromEntries(secrets),
  };
}

function verdict(plugin: Configurable, settings: Json): SettingsVerdict {
  const given = readShape(jsonObject, settings);
  if (!given.success) return { valid: false, issues: [{ path: 'settings', message: 'must be an object' }] };
  const checked = readShape(plugin.settings, given.data);
  if (!checked.success) {
    const issues = checked.error.issues.map((issue) => ({
      path: ['settings', ...issue.path].join('.'),
      message: issue.message,
    }));
    return { valid: false, issues };
  }
  // What was given is kept, not what the defaults made of it: a later release may have better ones.
  const { open, secrets } = split(plugin, given.data);
  return { valid: true, settings: open, secrets };
}

/** What the requests of a destination hold, as pages are cut for it. */
function callsOf({ manifest: { capabilities }, actions }: Configurable): ConnectorCalls | null {
  if (capabilities === undefined || actions === undefined) return null;
  return {
    maxRecords: Math.min(capabilities.batch.maxRecords, MAX_PAGE_MEMBERS),
    mixed: capabilities.mixedActionsInBatch,
    actions: actions.map(({ key, operations }) => ({ key, operations })),
  };
}

/** The catalogue of a list of connectors: cards for people, checks before anything is stored. */
export function connectorCatalogue(plugins: { readonly all: readonly Configurable[] }): ConnectorCatalogue {
  return {
    cards: plugins.all.map((plugin) => ({
      id: plugin.manifest.id,
      name: plugin.manifest.name,
      description: plugin.manifest.description,
      version: plugin.manifest.version,
      kind: plugin.manifest.capabilities?.kind ?? 'source',
      settings: jsonObject.parse(plugin.settingsJsonSchema()),
      calls: callsOf(plugin),
    })),
    check(connector, settings) {
      const plugin = plugins.all.find(({ manifest }) => manifest.id === connector);
      return plugin ? verdict(plugin, settings) : null;
    },
  };
}

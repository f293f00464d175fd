import { readShape, type Diagnosis, type JsonObject, type SyncOperation } from '@kohort/kernel-contracts';
import type { z } from 'zod';
import type { Action } from './action';
import { pluginErrors } from './error-classes';
import { fieldsOf, secretKeys, settingsJsonSchema } from './fields';
import { parseManifest, type PluginManifest } from './manifest.schema';
import { faultOfMapping, type Mapping } from './mapping';
import type { OpenInput, OpenedPage } from './action';
import type { PluginHost } from './plugin-host';

/** How a connector is written; see README.md for the folder. */
export interface PluginDefinition<S extends z.ZodObject> {
  /** The content of plugin.json. */
  readonly manifest: unknown;
  readonly settings: S;
  readonly actions: readonly Action<z.output<S>>[];
  /** One cheap call that tells right, wrong and insufficient credentials apart. */
  check(settings: z.output<S>, host: PluginHost): Promise<readonly Diagnosis[]>;
}

/** What an action needs to know of a page, without the settings (the connection has them). */
export type PageInput = Omit<OpenInput<unknown>, 'context'> & {
  readonly context: Omit<OpenInput<unknown>['context'], 'settings'>;
};

/** An action bound to one destination's settings. */
export interface ConnectedAction {
  readonly key: string;
  readonly defaultMapping: Mapping;
  open(input: PageInput): OpenedPage;
}

/** A connector bound to one destination's settings. */
export interface Connection {
  readonly manifest: PluginManifest;
  /** Values that must never be seen. */
  readonly secrets: readonly string[];
  check(host: PluginHost): Promise<readonly Diagnosis[]>;
  /** The action that carries out an operation; undefined when the connector cannot. */
  actionFor(operation: SyncOperation): ConnectedAction | undefined;
}

/** A connector as the host holds it. */
export interface Plugin {
  readonly manifest: PluginManifest;
  readonly settings: z.ZodObject;
  readonly actions: readonly Omit<Action<unknown>, 'open'>[];
  readonly secretKeys: readonly string[];
  settingsJsonSchema(): z.core.JSONSchema.BaseSchema;
  /** Throws PLUGIN_SETTINGS_INVALID; the message names the field, never its value. */
  connect(settings: JsonObject): Connection;
  /** Throws PLUGIN_MAPPING_INVALID. Empty means the default. */
  mappingFor(operation: SyncOperation, mapping: Mapping): Mapping;
}

function checkDefinition(
  manifest: PluginManifest,
  definition: { readonly settings: z.ZodObject; readonly actions: readonly Omit<Action<unknown>, 'open'>[] },
): void {
  const fail = (reason: string): never => {
    throw pluginErrors.PLUGIN_DEFINITION_INVALID({ plugin: manifest.id, reason });
  };
  const keys = definition.actions.map((action) => action.key);
  if (new Set(keys).size !== keys.length) fail('two actions have the same key');
  for (const action of definition.actions) {
    const fault = faultOfMapping(action.defaultMapping, Object.keys(action.fields.shape));
    if (fault) fail(`default mapping of ${action.key}: ${fault}`);
  }
  for (const operation of ['add', 'remove'] as const) {
    const able = definition.actions.some((action) => action.operations.includes(operation));
    if (able !== manifest.capabilities.operations[operation])
      fail(`the manifest and the actions differ on ${operation}`);
  }
  for (const [key, info] of fieldsOf(definition.settings)) if (!info) fail(`setting ${key} has no label and help`);
}

function parseSettings<S extends z.ZodObject>(id: string, schema: S, settings: JsonObject): z.output<S> {
  const read = readShape(schema, settings);
  if (read.success) return read.data;
  const issue = read.error.issues[0];
  throw pluginErrors.PLUGIN_SETTINGS_INVALID({
    plugin: id,
    reason: issue ? `${issue.path.join('.') || 'settings'}: ${issue.message}` : 'settings',
  });
}

function secretsIn(settings: JsonObject, keys: readonly string[]): readonly string[] {
  return keys.flatMap((key) => {
    const value = settings[key];
    return typeof value === 'string' && value !== '' ? [value] : [];
  });
}

/**
 * Puts a connector together and checks that its parts agree.
 *
 * Throws  PLUGIN_MANIFEST_INVALID, PLUGIN_DEFINITION_INVALID
 */
export function definePlugin<S extends z.ZodObject>(definition: PluginDefinition<S>): Plugin {
  const manifest = parseManifest(definition.manifest);
  checkDefinition(manifest, definition);
  const secrets = secretKeys(definition.settings);
  const actionOf = (operation: SyncOperation): Action<z.output<S>> | undefined =>
    definition.actions.find((action) => action.operations.includes(operation));
  return {
    manifest,
    settings: definition.settings,
    actions: definition.actions,
    secretKeys: secrets,
    settingsJsonSchema: () => settingsJsonSchema(definition.settings),
    mappingFor(operation, mapping) {
      const action = actionOf(operation);
      if (!action) throw pluginErrors.PLUGIN_MAPPING_INVALID({ plugin: manifest.id, reason: `it cannot ${operation}` });
      if (Object.keys(mapping).length === 0) return action.defaultMapping;
      const fault = faultOfMapping(mapping, Object.keys(action.fields.shape));
      if (fault) throw pluginErrors.PLUGIN_MAPPING_INVALID({ plugin: manifest.id, reason: fault });
      return mapping;
    },
    connect(raw) {
      const settings = parseSettings(manifest.id, definition.settings, raw);
      return {
        manifest,
        secrets: secretsIn(raw, secrets),
        check: (host) => definition.check(settings, host),
        actionFor(operation) {
          const action = actionOf(operation);
          if (!action) return undefined;
          return {
            key: action.key,
            defaultMapping: action.defaultMapping,
            open: (input) => action.open({ ...input, context: { ...input.context, settings } }),
          };
        },
      };
    },
  };
}

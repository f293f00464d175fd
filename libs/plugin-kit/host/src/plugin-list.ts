import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parseManifest, type Plugin, type PluginManifest } from '@kohort/plugin-kit-sdk';
import { readShape, type JsonObject } from '@kohort/kernel-contracts';
import { z } from 'zod';
import { pluginHostErrors } from './errors';

/** The connectors of this process, by id. */
export interface PluginList {
  readonly all: readonly Plugin[];
  /** Throws PLUGIN_HOST_UNKNOWN_PLUGIN. */
  get(id: string): Plugin;
}

/**
 * Holds the connectors of a process. Manifests were checked when they were defined; here ids must differ.
 *
 * Throws  PLUGIN_HOST_TWICE
 */
export function createPluginList(plugins: readonly Plugin[]): PluginList {
  const byId = new Map<string, Plugin>();
  for (const plugin of plugins) {
    if (byId.has(plugin.manifest.id)) throw pluginHostErrors.PLUGIN_HOST_TWICE({ plugin: plugin.manifest.id });
    byId.set(plugin.manifest.id, plugin);
  }
  return {
    all: [...byId.values()],
    get(id) {
      const found = byId.get(id);
      if (!found) throw pluginHostErrors.PLUGIN_HOST_UNKNOWN_PLUGIN({ plugin: id });
      return found;
    },
  };
}

/** What can be known of a connector without running it. */
export interface PluginCard {
  readonly manifest: PluginManifest;
  /** JSON Schema of the settings; secrets are `writeOnly`. */
  readonly settings: JsonObject;
}

async function readJson(file: string): Promise<unknown> {
  try {
    const value: unknown = JSON.parse(await readFile(file, 'utf8'));
    return value;
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.name : 'unreadable';
    throw pluginHostErrors.PLUGIN_HOST_UNREADABLE({ file: basename(file), reason }, { cause: thrown });
  }
}

const jsonSchema = z.record(z.string(), z.json());

/**
 * Reads `plugin.json` and `settings.schema.json` of a connector's folder; none of its code runs.
 *
 * Throws  PLUGIN_HOST_UNREADABLE, PLUGIN_MANIFEST_INVALID
 */
export async function readPluginCard(folder: string): Promise<PluginCard> {
  const manifest = parseManifest(await readJson(join(folder, 'plugin.json')));
  const read = readShape(jsonSchema, await readJson(join(folder, 'settings.schema.json')));
  if (!read.success)
    throw pluginHostErrors.PLUGIN_HOST_UNREADABLE({ file: 'settings.schema.json', reason: 'it is no JSON object' });
  return { manifest, settings: read.data };
}

import type { Source } from '@kohort/plugin-kit-sdk';
import { pluginHostErrors } from './errors';

/** The sources of this process, by id. */
export interface SourceList {
  readonly all: readonly Source[];
  /** Throws PLUGIN_HOST_UNKNOWN_PLUGIN. */
  get(id: string): Source;
}

/**
 * Holds the sources of a process. Manifests were checked when they were defined; here ids must differ.
 *
 * Throws  PLUGIN_HOST_TWICE
 */
export function createSourceList(sources: readonly Source[]): SourceList {
  const byId = new Map(sources.map((source) => [source.manifest.id, source]));
  if (byId.size < sources.length)
    throw pluginHostErrors.PLUGIN_HOST_TWICE({ plugin: sources.map((one) => one.manifest.id).join(', ') });
  return {
    all: [...byId.values()],
    get(id) {
      const found = byId.get(id);
      if (!found) throw pluginHostErrors.PLUGIN_HOST_UNKNOWN_PLUGIN({ plugin: id });
      return found;
    },
  };
}

import { z } from 'zod';
import { pluginErrors } from './error-classes';
import { SDK_VERSION, fitsSdk, manifestSchema } from './manifest.schema';

/** `plugin.json` of a source: that of a destination without what is about sending. */
export const sourceManifestSchema = manifestSchema
  .omit({ capabilities: true })
  .extend({ kind: z.literal('source'), emits: z.enum(['rows', 'files']) });

export type SourceManifest = z.infer<typeof sourceManifestSchema>;

/**
 * Reads the manifest of a source.
 *
 * Throws  PLUGIN_MANIFEST_INVALID
 */
export function parseSourceManifest(value: unknown): SourceManifest {
  const read = sourceManifestSchema.safeParse(value);
  const plugin = z.object({ id: z.string() }).safeParse(value).data?.id ?? 'unknown';
  if (!read.success) {
    const [first] = read.error.issues;
    const reason = first ? `${first.path.join('.')} ${first.message}` : 'not a manifest';
    throw pluginErrors.PLUGIN_MANIFEST_INVALID({ plugin, reason });
  }
  if (!fitsSdk(read.data.sdk)) {
    throw pluginErrors.PLUGIN_MANIFEST_INVALID({ plugin, reason: `sdk ${read.data.sdk} does not fit ${SDK_VERSION}` });
  }
  return read.data;
}

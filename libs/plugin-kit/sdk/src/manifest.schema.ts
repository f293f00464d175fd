import { z } from 'zod';
import { capabilitiesSchema } from './capabilities.schema';
import { pluginErrors } from './error-classes';

/** The sdk's own version; a manifest names the range it was written for. */
export const SDK_VERSION = '1.0.0';

const semver = z.string().regex(/^\d+\.\d+\.\d+$/, 'must be a version like 1.0.0');

/** `plugin.json`: what can be known of a connector without running its code. */
export const manifestSchema = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9-]{1,40}$/, 'must be kebab-case'),
  name: z.string().min(1).max(60),
  description: z.string().min(1).max(300),
  version: semver,
  /** `^1.0.0`: same major version, not older. */
  sdk: z.string().regex(/^\^\d+\.\d+\.\d+$/, 'must be a range like ^1.0.0'),
  kind: z.enum(['source', 'destination', 'both']),
  docsUrl: z.url({ protocol: /^https$/ }),
  /** Hosts that the connector calls; `settings` when the user names the host. */
  hosts: z.array(z.string()),
  capabilities: capabilitiesSchema,
});

export type PluginManifest = z.infer<typeof manifestSchema>;

/** True when this sdk fits the range that a manifest asks for. */
export function fitsSdk(range: string, version: string = SDK_VERSION): boolean {
  const wanted = range.slice(1).split('.').map(Number);
  const have = version.split('.').map(Number);
  if (wanted[0] !== have[0]) return false;
  for (let i = 1; i < 3; i += 1) {
    const w = wanted[i] ?? 0;
    const h = have[i] ?? 0;
    if (h !== w) return h > w;
  }
  return true;
}

/**
 * Reads a manifest, as imported or as read from disk.
 *
 * Throws  PLUGIN_MANIFEST_INVALID
 */
export function parseManifest(value: unknown): PluginManifest {
  const read = manifestSchema.safeParse(value);
  if (!read.success) {
    const first = read.error.issues[0];
    const named = z.object({ id: z.string() }).safeParse(value);
    throw pluginErrors.PLUGIN_MANIFEST_INVALID({
      plugin: named.success ? named.data.id : 'unknown',
      reason: first ? `${first.path.join('.')} ${first.message}` : 'not a manifest',
    });
  }
  if (!fitsSdk(read.data.sdk))
    throw pluginErrors.PLUGIN_MANIFEST_INVALID({
      plugin: read.data.id,
      reason: `sdk ${read.data.sdk} does not fit ${SDK_VERSION}`,
    });
  return read.data;
}

import type { Duplex } from 'node:stream';
import type { Clock } from '@kohort/kernel-clock-random';
import {
  readShape,
  type Diagnosis,
  type HttpStreamer,
  type HttpTransport,
  type JsonObject,
  type OpenedSource,
  type SourceTable,
} from '@kohort/kernel-contracts';
import type { z } from 'zod';
import { pluginErrors } from './error-classes';
import { fieldsOf, secretKeys, settingsJsonSchema } from './fields';
import { parseSourceManifest, type SourceManifest } from './source-manifest.schema';

/**
 * Opens a connection of bytes. Every address of the name is checked; the connection goes to the checked one; private
 * addresses are refused unless the operator has named `host:port`.
 */
export type Dial = (target: { readonly host: string; readonly port: number }, signal?: AbortSignal) => Promise<Duplex>;

/** All that a source gets from the machine. There is no other network, disk or clock for it. */
export interface SourceHost {
  /** Short calls: at most 1 MiB of reply. */
  readonly http: HttpTransport;
  /** Long replies, read as they come. */
  readonly stream: HttpStreamer;
  readonly dial: Dial;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** How a source is written; see README.md for the folder. */
export interface SourceDefinition<S extends z.ZodObject> {
  /** The content of plugin.json. */
  readonly manifest: unknown;
  readonly settings: S;
  /** Tells right, wrong and insufficient credentials apart, and says what stands in the way of reading. */
  check(settings: z.output<S>, host: SourceHost): Promise<readonly Diagnosis[]>;
  /** What is there to be read: tables with keys and columns. */
  discover(settings: z.output<S>, host: SourceHost): Promise<readonly SourceTable[]>;
  /** Opens what the settings name. The host calls `close`, also after a failure. */
  open(settings: z.output<S>, host: SourceHost): Promise<OpenedSource>;
}

/** A source bound to one connection's settings. */
export interface ConnectedSource {
  readonly manifest: SourceManifest;
  /** Values that must never be seen. */
  readonly secrets: readonly string[];
  check(host: SourceHost): Promise<readonly Diagnosis[]>;
  discover(host: SourceHost): Promise<readonly SourceTable[]>;
  open(host: SourceHost): Promise<OpenedSource>;
}

/** A source as the host holds it. */
export interface Source {
  readonly manifest: SourceManifest;
  readonly settings: z.ZodObject;
  readonly secretKeys: readonly string[];
  settingsJsonSchema(): z.core.JSONSchema.BaseSchema;
  /** Throws PLUGIN_SETTINGS_INVALID; the message names the field, never its value. */
  connect(settings: JsonObject): ConnectedSource;
}

/**
 * Puts a source together and checks that its parts agree.
 *
 * Throws  PLUGIN_MANIFEST_INVALID, PLUGIN_DEFINITION_INVALID
 */
export function defineSource<S extends z.ZodObject>(definition: SourceDefinition<S>): Source {
  const manifest = parseSourceManifest(definition.manifest);
  for (const [key, info] of fieldsOf(definition.settings)) {
    if (info) continue;
    const reason = `setting ${key} has no label and help`;
    throw pluginErrors.PLUGIN_DEFINITION_INVALID({ plugin: manifest.id, reason });
  }
  const secrets = secretKeys(definition.settings);
  return {
    manifest,
    settings: definition.settings,
    secretKeys: secrets,
    settingsJsonSchema: () => settingsJsonSchema(definition.settings),
    connect(raw) {
      const read = readShape(definition.settings, raw);
      if (!read.success) {
        const [issue] = read.error.issues;
        const reason = issue ? `${issue.path.join('.') || 'settings'}: ${issue.message}` : 'settings';
        throw pluginErrors.PLUGIN_SETTINGS_INVALID({ plugin: manifest.id, reason });
      }
      const settings = read.data;
      const hidden = secrets.map((key) => raw[key]).filter((value) => typeof value === 'string' && value !== '');
      return {
        manifest,
        secrets: hidden.map(String),
        check: (host) => definition.check(settings, host),
        discover: (host) => definition.discover(settings, host),
        open: (host) => definition.open(settings, host),
      };
    },
  };
}

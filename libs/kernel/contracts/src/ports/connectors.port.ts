import type { Json, JsonObject } from '../json';
import type { SyncOperation } from './sync.port';

/** What can be known of a connector without running it. */
export interface ConnectorCard {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly version: string;
  /** `cdp`, `ad`, `file`, `webhook`, … */
  readonly kind: string;
  /** JSON Schema (draft 2020-12) of its settings; secrets are `writeOnly`. */
  readonly settings: JsonObject;
  /** What its requests hold; null for what nothing is sent to. */
  readonly calls: ConnectorCalls | null;
}

/** What requests of a connector hold: members of one, at most, and which action does what. */
export interface ConnectorCalls {
  readonly maxRecords: number;
  /** One request may add and remove, where one action does both. */
  readonly mixed: boolean;
  readonly actions: readonly { readonly key: string; readonly operations: readonly SyncOperation[] }[];
}

/** A destination's settings as checked, their secrets apart. */
export type SettingsVerdict =
  | { readonly valid: true; readonly settings: JsonObject; readonly secrets: JsonObject | null }
  | { readonly valid: false; readonly issues: readonly { readonly path: string; readonly message: string }[] };

/** The connectors of an installation, for those who configure them. No connector's logic runs here. */
export interface ConnectorCatalogue {
  readonly cards: readonly ConnectorCard[];
  /** Null for a connector that there is not. Messages name fields, never values. */
  check(connector: string, settings: Json): SettingsVerdict | null;
}

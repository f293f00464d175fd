import type { ByteRange } from './artifacts.port';
import type { JobControl } from '../progress';
import type { Json, JsonObject } from '../json';
import type { RunId, SourceConnectionId, SourceId, WorkspaceId } from '../ids';
import type { Diagnosis } from './sync.port';

/** One record of a source. `key`: its primary key as text, the same for as long as the record lives. */
export interface PulledRow {
  readonly key: string;
  /** As many as there are columns; text as a CSV file would hold it, empty for null. */
  readonly cells: readonly string[];
}

/** Records in the order of the source, and where reading goes on behind them. */
export interface RowPage {
  readonly columns: readonly string[];
  readonly rows: readonly PulledRow[];
  /** Never behind the position of an earlier page; null: the whole source has been read, begin anew next time. */
  readonly position: Json;
}

/** A file of a source. */
export interface SourceFile {
  readonly name: string;
  /** Another one means other content. */
  readonly version: string;
  readonly bytes: number;
  /** Where reading goes on behind this file. */
  readonly position: Json;
  /** The same bytes each time, or an error when the content has changed. */
  read(range?: ByteRange): AsyncIterable<Uint8Array>;
}

/**
 * An opened source. A caller may rely on: what was committed in the source before reading began, and lies behind the
 * position, comes at least once; after a stop anywhere, reading from the last page's position loses nothing; a page holds
 * at most `limit` records. It may not rely on getting a record once only.
 */
export type OpenedSource = (
  | {
      readonly kind: 'rows';
      /**
       * Each reading from the beginning brings every record there is: one that no longer comes is gone. `maxGoneShare`:
       * more than this share of the known records, 0 to 1, are not believed to be gone at once.
       */
      readonly mirror?: { readonly maxGoneShare: number };
      pages(from: { readonly position: Json; readonly limit: number }): AsyncIterable<RowPage>;
    }
  | { readonly kind: 'files'; files(from: { readonly position: Json }): AsyncIterable<SourceFile> }
) & { close(): Promise<void> };

/** A record of a mirrored source as it is remembered. `key`: digest of connection and key, lower-case hex. */
export interface SeenRecord {
  readonly key: string;
  /** Names the content: the id that its message has at version 0. */
  readonly content: string;
  /** How often the content has changed since the first. */
  readonly version: number;
  /** Id of its message; null when its row became none. */
  readonly messageId: string | null;
}

/** What is known of a record before it is read again. */
export interface KnownRecord extends Pick<SeenRecord, 'content' | 'version'> {
  readonly isGone: boolean;
}

/** A record that no longer comes, with what its last message said; ids are null when that is not held. */
export interface GoneRecord extends Pick<SeenRecord, 'key' | 'messageId'> {
  readonly userId: string | null;
  readonly anonymousId: string | null;
  readonly properties: JsonObject;
}

/** What a source offers: a table, or a kind of file. */
export interface SourceTable {
  readonly name: string;
  /** Columns that name a record; empty when there are none. */
  readonly key: readonly string[];
  readonly columns: readonly { readonly name: string; readonly type: string; readonly nullable: boolean }[];
}

/** A configured source as the worker sees it. */
export interface SourceConnectionRecord {
  readonly workspaceId: WorkspaceId;
  readonly id: SourceConnectionId;
  readonly key: string;
  readonly plugin: string;
  readonly settings: JsonObject;
  readonly secrets: Uint8Array | null;
  readonly sourceId: SourceId;
  /** The name of a known mapping, or a mapping. */
  readonly mapping: string | JsonObject;
  /** Null: as the mapping says. */
  readonly createProfiles: boolean | null;
  readonly position: Json;
}

/** A configured source as people see it: its secrets can be written, never read. Times are epoch milliseconds. */
export interface SourceConnectionView {
  readonly id: SourceConnectionId;
  readonly key: string;
  readonly name: string;
  readonly plugin: string;
  readonly settings: Json;
  readonly sourceId: SourceId;
  readonly mapping: Json;
  readonly createProfiles: boolean | null;
  readonly everyMinutes: number | null;
  readonly nextAt: number | null;
  readonly pulledAt: number | null;
  readonly createdAt: number;
}

/** The connectors of sources, run by the host: under a time limit, with secrets opened and never shown. */
export interface SourceConnectors {
  check(connection: SourceConnectionRecord, control: JobControl): Promise<readonly Diagnosis[]>;
  discover(connection: SourceConnectionRecord, control: JobControl): Promise<readonly SourceTable[]>;
  /** The caller closes it. */
  open(connection: SourceConnectionRecord, control: JobControl): Promise<OpenedSource>;
}

/**
 * Where source connections are kept.
 *
 * A caller may rely on: of two runs one at a time holds a connection (`claim` raises SOURCE_BUSY while the other is queued
 * or running); the position moves only with rows, under the fence of the run that holds it (`StoreRequest.run.cursor`).
 */
export interface SourceConnections {
  /** Throws SOURCE_CONNECTION_MISSING. */
  find(workspaceId: WorkspaceId, id: SourceConnectionId): Promise<SourceConnectionRecord>;
  /** Throws SOURCE_CONNECTION_MISSING, SOURCE_BUSY. `anew`: the position is forgotten first, once a run. */
  claim(connection: {
    readonly workspaceId: WorkspaceId;
    readonly id: SourceConnectionId;
    readonly runId: RunId;
    readonly anew: boolean;
  }): Promise<SourceConnectionRecord>;
  /** Of a mirrored connection: what is known of records, by the digests of their keys. */
  recordsOf(
    workspaceId: WorkspaceId,
    id: SourceConnectionId,
    keys: readonly string[],
  ): Promise<ReadonlyMap<string, KnownRecord>>;
  /** Of a mirrored connection: the first records that the run has not seen, how many those are, and of how many. */
  unseen(connection: {
    readonly workspaceId: WorkspaceId;
    readonly id: SourceConnectionId;
    readonly runId: RunId;
    readonly limit: number;
  }): Promise<{ readonly known: number; readonly unseen: number; readonly records: readonly GoneRecord[] }>;
  /** The pull has come to its end: remembers when, and lets go of the connection. */
  release(connection: {
    readonly workspaceId: WorkspaceId;
    readonly id: SourceConnectionId;
    readonly runId: RunId;
  }): Promise<void>;
  /** Asks for the pulls that are due by the database's clock, each slot once; answers how many. */
  startDue(limit: number): Promise<number>;
}

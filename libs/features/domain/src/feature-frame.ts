import { windowRange, type FeatureWindow } from './events/feature-window';
import type { StatementParameters } from './statement-parameters';

/** For whom a statement answers and as of when: everybody at one instant, or rows that have one each. */
export interface FeatureFrame {
  /** Columns that tell the answers apart, carried through every level; the person is first. */
  readonly keys: string;
  /** Epoch milliseconds, as an expression that may be used on every level. */
  readonly asOf: string;
  /** `FROM` and `WHERE`: events up to `asOf`, with the key columns. */
  readonly source: string;
  /** The bounds of a window in epoch milliseconds, `from ≤ t < to`; null where there is none. */
  bounds(window: FeatureWindow | undefined): { readonly from: string | null; readonly to: string | null };
}

interface FrameRequest {
  readonly timeZone: string;
  readonly parameters: StatementParameters;
}

const EVENTS = 'live_events WHERE workspace_id = {workspaceId:UUID}';

/** Everybody who has an event up to an instant. The caller binds `workspaceId` and `asOfMs`. */
export function everybodyAt(asOf: number, { timeZone, parameters }: FrameRequest): FeatureFrame {
  return {
    keys: 'profile_id',
    asOf: '{asOfMs:Int64}',
    source: `FROM ${EVENTS} AND ts <= fromUnixTimestamp64Milli({asOfMs:Int64}, 'UTC')`,
    bounds(window) {
      const { from, to } = windowRange(window, { asOf, timeZone });
      return {
        from: from === -Infinity ? null : parameters.integer(from),
        to: to > asOf ? null : parameters.integer(to),
      };
    },
  };
}

/** One person at one instant. */
export interface FeatureRowPoint {
  readonly profileId: string;
  /** Epoch milliseconds. */
  readonly asOf: number;
}

/**
 * A frame of rows, each with an instant of its own. The caller binds `workspaceId`.
 *
 * Cost    a window's bounds are computed once for each instant that occurs, and travel as lists
 */
export function rowsAt(rows: readonly FeatureRowPoint[], { timeZone, parameters }: FrameRequest): FeatureFrame {
  const ids = parameters.bind(
    'Array(UUID)',
    rows.map(({ profileId }) => profileId),
  );
  const instants = [...new Set(rows.map(({ asOf }) => asOf))];
  const integers = (values: readonly number[]): string => parameters.bind('Array(Int64)', values);
  const each = integers(rows.map(({ asOf }) => asOf));
  const wanted = `SELECT tupleElement(one_, 1) AS row_, tupleElement(one_, 2) AS profile_id, tupleElement(one_, 3) AS as_of FROM (SELECT arrayJoin(arrayZip(arrayEnumerate(${ids}), ${ids}, ${each})) AS one_)`;
  const events = `SELECT profile_id, event_id, name, ts, properties FROM ${EVENTS} AND has(${ids}, profile_id)`;
  return {
    keys: 'profile_id, row_, as_of',
    asOf: 'as_of',
    source: `FROM (${events}) AS events_ INNER JOIN (${wanted}) AS wanted_ USING (profile_id) WHERE toUnixTimestamp64Milli(ts) <= as_of`,
    bounds(window) {
      if (window === undefined) return { from: null, to: null };
      const ranges = instants.map((asOf) => windowRange(window, { asOf, timeZone }));
      const known = integers(instants);
      const at = (values: readonly number[]): string => `transform(as_of, ${known}, ${integers(values)}, toInt64(0))`;
      return { from: at(ranges.map(({ from }) => from)), to: at(ranges.map(({ to }) => to)) };
    },
  };
}

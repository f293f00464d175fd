import type { ColumnParameters, WorkspaceId } from '@kohort/kernel-contracts';
import { StatementParameters } from '../statement-parameters';
import { eventsRead } from '../events-read';
import { SEGMENT_ORDERS } from '../order-mapping';
import { latestText, type TextsDefinition } from './texts-formula';

/** Which share of the people: `slice` of `slices`. */
export interface TextEventsRequest {
  readonly workspaceId: WorkspaceId;
  /** Epoch milliseconds; nothing later counts. */
  readonly asOf: number;
  readonly definitions: readonly TextsDefinition[];
}

/**
 * The events that some features read texts of, for `readTexts`.
 *
 * Shape   profile, then events: arrays of (event id, name, epoch milliseconds, JSON of the properties); one row a person of
 *         the slice, without `slice` of everybody
 */
export function textEventsStatement(
  { workspaceId, asOf, definitions }: TextEventsRequest,
  share: { readonly slices: number; readonly slice: number } = { slices: 1, slice: 0 },
): { readonly sql: string; readonly params: ColumnParameters } {
  const parameters = new StatementParameters();
  const reads = definitions.map(({ formula }) => eventsRead(latestText(formula), SEGMENT_ORDERS).names);
  const names = reads.some((some) => some === null) ? null : [...new Set(reads.flatMap((some) => some ?? []))];
  const named = names === null ? '' : ` AND has(${parameters.texts(names)}, name)`;
  const slice = `cityHash64(profile_id) % ${parameters.integer(share.slices)} = ${parameters.integer(share.slice)}`;
  const event = 'tuple(toString(event_id), name, toUnixTimestamp64Milli(ts), properties)';
  return {
    sql: `SELECT toString(profile_id) AS profile, groupArray(${event}) AS events
FROM live_events
WHERE workspace_id = {workspaceId:UUID} AND ts <= fromUnixTimestamp64Milli({asOfMs:Int64}, 'UTC')${named} AND ${slice}
GROUP BY profile_id`,
    params: { workspaceId, asOfMs: asOf, ...parameters.values },
  };
}

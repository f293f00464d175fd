import type { ColumnParameters, WorkspaceId } from '@kohort/kernel-contracts';

const DAY_MS = 86_400_000;

export interface LabelRequest {
  readonly workspaceId: WorkspaceId;
  /** Epoch milliseconds. */
  readonly asOf: number;
  /** Days of 24 h. */
  readonly horizonDays: number;
  readonly event: string;
}

/** For `ColumnStore.members`: who did the event in `(asOf, asOf + horizonDays]`. */
export function doersStatement(request: LabelRequest): { readonly sql: string; readonly params: ColumnParameters } {
  const sql = `
SELECT profile_id FROM live_events
WHERE workspace_id = {workspaceId:UUID} AND name = {event:String}
  AND ts > fromUnixTimestamp64Milli({fromMs:Int64}, 'UTC') AND ts <= fromUnixTimestamp64Milli({toMs:Int64}, 'UTC')
GROUP BY profile_id`;
  const { workspaceId, event, asOf, horizonDays } = request;
  return { sql, params: { workspaceId, event, fromMs: asOf, toMs: asOf + horizonDays * DAY_MS } };
}

/** First and last instant of an event as `first` and `last` (milliseconds), and how often it happened as `n`, all text. */
export function extentStatement(request: { readonly workspaceId: WorkspaceId; readonly event: string }): {
  readonly sql: string;
  readonly params: ColumnParameters;
} {
  const sql = `
SELECT toString(toUnixTimestamp64Milli(min(ts))) AS first, toString(toUnixTimestamp64Milli(max(ts))) AS last,
  toString(count()) AS n
FROM live_events WHERE workspace_id = {workspaceId:UUID} AND name = {event:String}`;
  return { sql, params: { workspaceId: request.workspaceId, event: request.event } };
}

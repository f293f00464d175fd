/**
 * When a workspace has to be looked at although nothing comes in; and the minutes of a workspace by time, to see whether
 * anything has.
 */
export const quietWatch = `
alter table watch_turn add column next_at timestamptz not null default 'epoch';
create index ledger_minute_recent on ledger_minute (workspace_id, minute);
`;

/**
 * What a workspace decides for itself. A key of dedupe now holds the longest time that any workspace may ask for (30
 * days from receipt); how much of it counts is asked when it matters, so that a changed setting holds for what came
 * before too. Keys from before were made with the 7 days of the default.
 */
export const workspaceSettings = `
alter table workspace
  -- Days within which a known message id is a duplicate; null: as the processes are set.
  add column dedupe_days int check (dedupe_days between 1 and 30);

update event_key set expires_at = expires_at + interval '23 days' where expires_at < now() + interval '31 days';
`;

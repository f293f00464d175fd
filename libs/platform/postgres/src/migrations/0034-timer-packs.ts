/**
 * Timers of a fill that are not due soon, many to a row: a fill of a large segment sets hundreds of thousands of which
 * most are due in weeks. They become rows of `segment_timer` shortly before the first of them is due.
 */
export const timerPacks = `
create table segment_timer_pack (
  workspace_id uuid not null,
  segment_id uuid not null,
  -- Of the first: the others are due no earlier.
  first_due_at timestamptz not null,
  place int not null,
  profile_ids uuid[] not null,
  due_at timestamptz[] not null,
  primary key (workspace_id, segment_id, place)
);
create index segment_timer_pack_due on segment_timer_pack (first_due_at) include (workspace_id);
-- Ids do not get smaller by being pressed.
alter table segment_timer_pack alter column profile_ids set storage external, alter column due_at set storage external;
`;

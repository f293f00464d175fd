/** In which transaction somebody was last taken off the suppression list: a fill that was answered before asks about them. */
export const unsuppressed = `
alter table profile add column unsuppressed_xid xid8;
create index profile_unsuppressed on profile (workspace_id, unsuppressed_xid) where unsuppressed_xid is not null;
`;

/**
 * In which transaction somebody was last taken off the suppression list: a fill that was answered before asks about them.
 * What this release changes of tables that are in use is locked here, before anything takes time: whoever holds one of them
 * and waits for another would otherwise wait for us, and we for them.
 */
export const unsuppressed = `
lock table membership_change, membership, profile in access exclusive mode;
alter table profile add column unsuppressed_xid xid8;
create index profile_unsuppressed on profile (workspace_id, unsuppressed_xid) where unsuppressed_xid is not null;
`;

/**
 * Memberships have two indexes instead of three: the key begins with the person, who is looked up with every event, and the
 * people of a segment lie by whether they are in. Each index entry is a tenth of what writing a membership takes.
 */
export const membershipKeys = `
alter table membership drop constraint membership_pkey;
drop index membership_profile;
drop index membership_members;
alter table membership add primary key (workspace_id, profile_id, segment_id);
create index membership_members on membership (workspace_id, segment_id, member, profile_id);
`;

/**
 * What a batch of membership changes holds is found by the transaction that stored it, which its row names: of the four
 * indexes that each change had an entry in, one goes. Batches from before 0020-rebuild name theirs from here on; their owner
 * sees them only while row-level security is not forced.
 */
export const batchPlaces = `
alter table batch no force row level security;
alter table membership_change no force row level security;
update batch b set xid = (
  select c.xid from membership_change c where c.workspace_id = b.workspace_id and c.batch_id = b.id limit 1)
where b.kind = 'membership' and b.xid is null;
alter table batch force row level security;
alter table membership_change force row level security;
drop index membership_change_batch;
`;

/**
 * What a batch of membership changes holds is found by the transaction that stored it, which its row names: of the four
 * indexes that each change had an entry in, one goes. Batches from before 0020-rebuild name theirs from here on.
 */
export const batchPlaces = `
update batch b set xid = (
  select c.xid from membership_change c where c.workspace_id = b.workspace_id and c.batch_id = b.id limit 1)
where b.kind = 'membership' and b.xid is null;
drop index membership_change_batch;
`;

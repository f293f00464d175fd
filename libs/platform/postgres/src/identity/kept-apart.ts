import { sql } from 'kysely';

/**
 * People as they stand who a person has said are not one: by taking the merge of two identifiers back, or by rejecting a
 * pair of profiles. It holds for whomever those identifiers and profiles belong to since.
 *
 * Shape   (a, b), a before b
 */
export const keptApart = (workspaceId: string) => sql`(
  select least(x.profile_id, y.profile_id) as a, greatest(x.profile_id, y.profile_id) as b
  from identity_link l
  join identifier x on x.workspace_id = l.workspace_id and x.type = l.a_type and x.value = l.a_value
  join identifier y on y.workspace_id = l.workspace_id and y.type = l.b_type and y.value = l.b_value
  where l.workspace_id = ${workspaceId}::uuid and l.state = 'barred' and x.profile_id <> y.profile_id
  union
  select least(p, q), greatest(p, q) from (
    select coalesce(x.merged_into, x.id) as p, coalesce(y.merged_into, y.id) as q
    from link_candidate c
    join profile x on x.workspace_id = c.workspace_id and x.id = c.profile_a
    join profile y on y.workspace_id = c.workspace_id and y.id = c.profile_b
    where c.workspace_id = ${workspaceId}::uuid and c.state = 'rejected') as rejected
  where p <> q)`;

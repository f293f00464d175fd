/** Accounts with more people than an evaluation reads: what was last counted of them, by the question. */
export const crowdCount = `
create table crowd_count (
  workspace_id uuid not null references workspace (workspace_id),
  account_id uuid not null,
  -- Of what is asked: SHA-256.
  asked bytea not null,
  matching bigint not null,
  total bigint not null,
  -- When time alone turns the answer of one of them.
  soonest timestamptz,
  primary key (workspace_id, account_id, asked)
);
`;

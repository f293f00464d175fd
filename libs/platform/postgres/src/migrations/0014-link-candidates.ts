/**
 * Pairs of people who may be one, as a linkage found them, and what was decided about them. No value that was compared is
 * kept: the evidence names traits, how far they agree, and what that weighs.
 */
export const linkCandidates = `
create table link_candidate (
  workspace_id uuid not null references workspace (workspace_id),
  profile_a uuid not null,
  profile_b uuid not null,
  probability double precision not null check (probability between 0 and 1),
  -- Bits; 0 is even odds. Orders what the probability can no longer tell apart.
  weight double precision not null,
  verdict text not null check (verdict in ('match', 'review')),
  evidence jsonb not null,
  -- That a pair is gone is not stored: it is open, and one of its profiles stands no more.
  state text not null default 'open' check (state in ('open', 'accepted', 'rejected')),
  run_id uuid not null,
  found_at timestamptz not null default now(),
  decided_by text,
  decided_at timestamptz,
  primary key (workspace_id, profile_a, profile_b),
  foreign key (workspace_id, profile_a) references profile (workspace_id, id) on delete cascade,
  foreign key (workspace_id, profile_b) references profile (workspace_id, id) on delete cascade,
  check (profile_a < profile_b),
  check ((state = 'open') = (decided_at is null))
);
create index link_candidate_weight on link_candidate (workspace_id, weight, profile_a, profile_b);
create index link_candidate_b on link_candidate (workspace_id, profile_b);
`;

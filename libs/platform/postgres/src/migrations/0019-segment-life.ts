/** What is known of a version besides its rule, and who is in no segment. */
export const segmentLife = `
alter table segment_version
  -- Id of the key that wrote it; null: written before this was kept.
  add column author text,
  -- When another version took over, and how many were in then.
  add column retired_at timestamptz,
  add column size_at_end bigint,
  -- Why it does not serve although it was published: {"leaving": n, "members": n, "at": instant}.
  add column held jsonb,
  add column discarded_at timestamptz;

create index profile_suppressed on profile (workspace_id, id) where suppressed_at is not null;
`;

/** Segments that are counted (`top`, `sql`) are counted anew by themselves, and say of which instant they are. */
export const segmentRefresh = `
alter table segment
  -- So often; null: when somebody asks.
  add column refresh_minutes int check (refresh_minutes between 1 and 43200),
  -- When next.
  add column refresh_at timestamptz,
  -- An import ended then: counted once everybody whom it brought is known.
  add column refresh_asked_at timestamptz,
  -- The instant of the answer that its members were last written from.
  add column counted_at timestamptz;

create index segment_refresh on segment (refresh_at) where refresh_at is not null;
`;

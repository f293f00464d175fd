/** Who was merged away or suppressed, few beside everybody: a fill leaves them out of what the column store answers. */
export const gonePeople = `
create index profile_gone on profile (workspace_id, id) where merged_into is not null or suppressed_at is not null;
`;

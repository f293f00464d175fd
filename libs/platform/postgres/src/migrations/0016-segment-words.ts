/** What people say about a segment beside its name. */
export const segmentWords = `
alter table segment add column description text not null default '', add column tags text[] not null default '{}';
`;

/** What of a source's messages is masked before anything is stored; null: nothing. */
export const masking = `
alter table source add column masking jsonb;
`;

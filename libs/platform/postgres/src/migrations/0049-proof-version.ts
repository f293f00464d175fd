/** Of which version a proof is that was kept before another version began to serve; null: of the membership's own. */
export const proofVersion = `
alter table membership add column proof_version int;
`;

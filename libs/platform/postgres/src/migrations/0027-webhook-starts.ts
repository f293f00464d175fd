/** Endpoints may begin with everybody who is in, before they are sent what follows in the log. */
export const webhookStarts = `
-- Members are being sent: behind this place of the snapshot that is taken where the endpoint stands in the log; empty
-- before the first. Null: they have been, or were not asked for.
alter table change_webhook add column members_after text;
`;

/** When the watch over volumes was last away, and whether anything was received meanwhile: null when it never was. */
export const watchAway = `
alter table watch_turn
  add column away_from timestamptz,
  add column away_to timestamptz,
  add column away_heard boolean,
  add check ((away_from is null) = (away_to is null) and (away_from is null) = (away_heard is null));
`;

/** People far out in their cluster, or in none: 0 to 1, from 0.5 on one of the outlier group. */
export const outliers = `
alter table score add column outlier_score float8;
`;

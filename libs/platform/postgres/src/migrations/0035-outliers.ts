/**
 * People far out in their cluster, or in none: 0 to 1, from 0.5 on one of the outlier group. The view named the columns
 * of its day: the new one stands behind them, which replaces the view and keeps who may read it.
 */
export const outliers = `
alter table score add column outlier_score float8;

create or replace view live_score with (security_invoker = true) as
  select s.workspace_id, s.model_id, s.profile_id, s.version, s.as_of, s.probability, s.percentile, s.cluster_key,
    s.distance, s.confidence, m.key as model_key, s.outlier_score
  from score s
  join model m on m.workspace_id = s.workspace_id and m.id = s.model_id and m.live_version = s.version;
`;

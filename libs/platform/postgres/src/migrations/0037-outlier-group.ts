/** The outlier group of a clustering is listed by person: few of many rows. */
export const outlierGroup = `
create index score_outliers on score (workspace_id, model_id, version, profile_id) where outlier_score >= 0.5;
`;

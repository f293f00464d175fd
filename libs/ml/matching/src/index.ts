export { optimalAssignment } from './assignment/optimal-assignment';
export type { Assignment, AssignmentInput } from './assignment/optimal-assignment';
export { matchClusters, matchRule } from './cluster-matching/match-clusters';
export type { ClusterMatch, ClusterVerdict, MatchInput, MatchRule } from './cluster-matching/match-clusters';
export type { ClusterSnapshot } from './cluster-matching/overlap';
export { matchingErrors } from './matching-errors';

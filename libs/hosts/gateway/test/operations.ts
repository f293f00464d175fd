import type { SeededWorld } from './seed-world';

/** One operation an area, with every field of it: also run as a stranger against the ids of this world. */
export function operationsOf(world: SeededWorld): Record<string, string> {
  const [ada] = world.people;
  const profile = '{ id canonicalId mergedInto firstSeenAt lastSeenAt }';
  return {
    workspace:
      '{ workspace { id name timeZone createdAt } sources(first: 5) { nodes { id key name kind createdAt } } }',
    ledger:
      '{ ledger(first: 5) { nodes { source { key } received stored duplicate rejected suppressed quarantined residual } } }',
    segments: `{ segments(first: 5, filter: { kind: RULE, status: LIVE, search: "PRO" }) { edges { cursor node { key name kind entity status size
      liveVersion createdAt rule lastChangeAt freshness { lastChangeAt recordingLagMs countedAt } } } pageInfo { hasNextPage endCursor } } }`,
    segment: `{ segment(key: "pro") { versions(first: 5) { nodes { version rule createdAt publishedAt } }
      members(first: 5) { nodes { member changeVersion segmentVersion enteredAt exitedAt cause profile ${profile} segment { key } } }
      usedBy(first: 5) { nodes { id mode } } profileSheet { key } } }`,
    clusterSegment:
      '{ segment(key: "loyal") { profileSheet { key name size suggestedAction features { feature lift direction } } } }',
    segmentPast: `{ segment(key: "pro") {
      sizeHistory(from: "2026-01-01T00:00:00Z", to: "2026-01-01T02:00:00Z", step: HOUR) { timeZone points { from to size entered exited net } volatility }
      sizeChange(from: "2026-01-01T00:06:00Z", to: "2026-01-01T00:07:00Z") { before after causes { cause isNew entered exited net } }
      members(first: 5, asOf: "2026-01-01T00:06:00Z") { nodes { member profile { id } } } } }`,
    membership: `{ membership(profile: "${ada}", segment: "pro") { member changeVersion cause enteredAt } }`,
    explain: `{ explainMembership(profile: "${ada}", segment: "pro") { membership { member } memberNow evaluatedAt proof conditions { id text } recordedProof proofHash rule nextChangeAt } }`,
    profile: `{ profile(id: "${ada}") { id canonicalId traits(first: 9) { nodes { key kind value validFrom } }
      features { definitionVersion asOf values computedAt } events(first: 9) { nodes { id type name messageId ts receivedAt properties flags source { key } } }
      memberships(first: 9) { nodes { segment { key } } } identities(first: 9) { nodes { type value firstSeenAt } }
      scores(first: 9) { nodes { version asOf clusterKey distance confidence outlierScore probability percentile model { key } profile { id } reasons { feature } } } } }`,
    byIdentifier: `{ profile(identifier: "${world.mark}@example.org", identifierType: "email") { id } }`,
    accounts: `{ accounts(first: 5, search: "${world.mark}") { nodes { id groupId firstSeenAt lastSeenAt size
      traits(first: 9) { nodes { key value } } memberships(first: 5) { nodes { segment { key } account { id } } }
      people(first: 5) { nodes { since profile ${profile} account { groupId } } } events(first: 5) { nodes { id name } } } } }`,
    account: `{ account(groupId: "${world.mark}-co") { groupId } profile(id: "${ada}") { accounts(first: 5) { nodes { since account { groupId } } }
      traits(first: 9) { nodes { key } } } }`,
    models: '{ models(first: 5) { nodes { key kind liveVersion } } }',
    model: `{ model(key: "value") { name card metrics currentVersion { version status grade seed asOf card trainedBy { id } }
      versions(first: 5) { nodes { version } } clusters { key name evidence size shareOfPeople shareOfValue features { label clusterMean overallMean effectSize } } } }`,
    algorithms: '{ clusteringAlgorithms { name title takesK findsK marksNoise params { name preset help } } }',
    score: `{ score(profile: "${ada}", model: "value") { clusterKey distance confidence } }`,
    destinations:
      '{ destinations(first: 5) { nodes { key name plugin settings paused syncs(first: 5) { nodes { id } } } } }',
    syncs:
      '{ syncs(first: 5) { nodes { id mapping mode paused destination { key } segment { key } states { state count } runs(first: 5) { nodes { id } } } } }',
    sync: `{ sync(id: "${world.syncId}") { id mode } }`,
    syncRun: `{ syncRun(id: "${world.runId}") { status heldReason funnel finishedAt sync { id } job { id }
      records(first: 5, filter: { fate: REJECTED }) { nodes { operation fate code message changeVersion profile { id } } } } }`,
    job: `{ job(id: "${world.jobId}") { job status params progress { phase done total perSecond etaMs } result error { code } cancelRequested } }`,
    dataQuality: `{ dataQuality(source: "web", first: 5) { edges { cursor } nodes { subject key event field week at rows type typeShare
      missing missingShare distinct distinctIsExact isPersonal earliest latest histogram { edges rows below above } top { value rows }
      numbers { min max mean sd skew p01 p05 p25 p50 p75 p95 p99 outliersByZ outliersByIqr }
      findings { code severity rows share message fix } drift { baselineWeek verdict reasons psi ksDistance ksPValue jensenShannon
      chiSquarePValue missingBefore missingAfter } } pageInfo { hasNextPage endCursor } } }`,
    recordQuality:
      '{ recordQuality(source: "web", first: 5) { nodes { subject event rows duplicates isolated { id } } } }',
    traitQuality: '{ traitQuality(first: 5) { nodes { subject key field type top { value rows } } } }',
    jobs: '{ jobs(first: 5, filter: { status: RUNNING }) { nodes { id job } } }',
  };
}

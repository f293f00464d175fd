export { artifactErrors, openLocalArtifacts, sweepIncoming } from './local-artifacts';

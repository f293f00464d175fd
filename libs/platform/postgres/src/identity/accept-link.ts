import { defineErrors } from '@kohort/kernel-errors';
import type { LinkCandidateRecord } from '@kohort/kernel-contracts';
import { lockGraph } from './active-rules';
import { mergeProfiles, type Deciding } from './decide-people';
import { candidateOf, decideCandidate } from './link-candidates';

const acceptErrors = defineErrors({
  IDENTITY_LINK_GONE: {
    kind: 'conflict',
    message: () => 'one of the two has been merged or suppressed meanwhile: look for pairs again',
  },
});

/** See `WorkspaceIdentity.acceptLink`. Throws COMMAND_NOT_FOUND, IDENTITY_LINK_GONE, IDENTITY_SUPPRESSED. */
export async function acceptLink(
  deciding: Deciding,
  profileIds: readonly [string, string],
): Promise<LinkCandidateRecord> {
  // Before the pair's row, as an unmerge does.
  await lockGraph(deciding.tx, deciding.workspaceId);
  const { state } = await candidateOf(deciding, profileIds);
  if (state === 'gone') throw acceptErrors.IDENTITY_LINK_GONE();
  await mergeProfiles(deciding, profileIds, 'linkage');
  return decideCandidate(deciding, profileIds, 'accepted');
}

import { DEFAULT_RULES, parseIdentityRules, rebuildWork } from '@kohort/identity-domain';
import type { Json, RunContext, RunParams } from '@kohort/kernel-contracts';
import { rulesMissing, type IdentityRulesPorts } from './simulate-rules.flow';

/**
 * Makes everybody anew by a version of the rules, which becomes the active one.
 *
 * Promise   at least once; the result is a function of the events and the rules
 * Key       the run's checkpoint: a slice, or a part of people, with each transaction
 * Order     slices of the history, what came meanwhile, then the people part by part, the active version last
 * Resume    from the last slice; in the switch from what stands, for a part that has switched changes no more
 * Size      distinct identifiers, links and profiles of the workspace in memory; while it switches, events wait
 * Throws    IDENTITY_RULES_INVALID, IDENTITY_SWITCHING; what the signal says
 */
export async function rebuildIdentities(
  { history }: IdentityRulesPorts,
  context: RunContext,
  params: RunParams<'identity.rebuild'>,
): Promise<Json> {
  const { run, fence } = context;
  const stored = await history.storedRules(run.workspaceId, params.version);
  if (!stored) throw rulesMissing(params.version);
  const rules = stored.rules === null ? DEFAULT_RULES : parseIdentityRules(stored.rules);
  const asked = { version: stored.version, work: () => rebuildWork(rules) };
  const outcome = await history.rebuild(fence, asked, context, run.checkpoint);
  return { version: stored.version, ...outcome };
}

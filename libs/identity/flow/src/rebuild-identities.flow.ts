import { DEFAULT_RULES, parseIdentityRules, rebuildWork } from '@kohort/identity-domain';
import type { Json, RunContext, RunParams } from '@kohort/kernel-contracts';
import { rulesMissing, type IdentityRulesPorts } from './simulate-rules.flow';

/**
 * Makes everybody anew by a version of the rules, which becomes the active one.
 *
 * Promise   at least once; the result is a function of the events and the rules
 * Order     profiles and identifiers, events and traits page by page, links, the active version: one transaction
 * Resume    from the start: nothing of it is half done. Cancelled, it leaves everybody as they were
 * Size      distinct identifiers, links and profiles of the workspace in memory; events that arrive meanwhile wait
 * Throws    IDENTITY_RULES_INVALID; what the signal says
 */
export async function rebuildIdentities(
  { history }: IdentityRulesPorts,
  context: RunContext,
  params: RunParams<'identity.rebuild'>,
): Promise<Json> {
  const stored = await history.storedRules(context.run.workspaceId, params.version);
  if (!stored) throw rulesMissing(params.version);
  const rules = stored.rules === null ? DEFAULT_RULES : parseIdentityRules(stored.rules);
  const outcome = await history.rebuild(
    context.fence,
    { version: stored.version, work: (decided) => rebuildWork(rules, decided) },
    context,
  );
  return { version: stored.version, ...outcome };
}

import { DEFAULT_RULES, Simulation, identityErrors, parseIdentityRules, simulationJson } from '@kohort/identity-domain';
import type { IdentityHistory, Json, RunContext, RunParams } from '@kohort/kernel-contracts';

/** What trying and applying rules need. */
export interface IdentityRulesPorts {
  readonly history: IdentityHistory;
}

const EVENTS_AT_ONCE = 5_000;

/**
 * Tries identity rules on the whole history, beside those that are active.
 *
 * Promise   at least once; nothing is written but the run's result
 * Resume    from the start
 * Size      5,000 events a page; distinct identifiers and links in memory, twice
 * Throws    IDENTITY_RULES_INVALID; what the signal says
 */
export async function simulateRules(
  { history }: IdentityRulesPorts,
  context: RunContext,
  params: RunParams<'identity.simulate'>,
): Promise<Json> {
  const { workspaceId } = context.run;
  const active = await history.storedRules(workspaceId, 'active');
  const before = active?.rules == null ? DEFAULT_RULES : parseIdentityRules(active.rules);
  const simulation = new Simulation(
    { before, after: parseIdentityRules(params.rules) },
    await history.decided(workspaceId),
  );
  const withContext = simulation.readsContext;
  let done = 0;
  for (let after: string | null = null; ;) {
    context.signal.throwIfAborted();
    const page: Awaited<ReturnType<IdentityHistory['page']>> = await history.page(workspaceId, {
      after,
      limit: EVENTS_AT_ONCE,
      withContext,
    });
    for (const event of page.events) simulation.observe(event, event.profileId);
    done += page.events.length;
    context.onProgress({ phase: 'reading history', done, total: null });
    if (page.next === null) break;
    after = page.next;
  }
  context.signal.throwIfAborted();
  return { rulesBefore: active?.version ?? 0, ...simulationJson(simulation.report()) };
}

/** Rules that a rebuild was asked for and that are not there. */
export const rulesMissing = (version: number) =>
  identityErrors.IDENTITY_RULES_INVALID({ path: 'version', reason: `there is no version ${version}` });

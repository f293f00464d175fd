import {
  eventIdSchema,
  runIdSchema,
  workspaceIdSchema,
  type HistoryEvent,
  type IdentityHistory,
  type Progress,
  type RunContext,
} from '@kohort/kernel-contracts';
import { rebuildIdentities, simulateRules } from './index';

const uuid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const events = Array.from({ length: 7 }, (_, n): HistoryEvent => ({
  eventId: eventIdSchema.parse(uuid(n)),
  messageId: `m${n}`,
  type: 'track',
  userId: `u${n}`,
  anonymousId: 'kiosk',
  previousId: null,
  ts: n,
  receivedAt: 0,
  traits: {},
  profileId: null,
}));

function historyOf(stored: unknown, pages: number[] = []): IdentityHistory {
  return {
    page: async (_workspaceId, { after }) => {
      const from = Number(after ?? 0);
      pages.push(from);
      return { events: events.slice(from, from + 3), next: from + 3 < events.length ? String(from + 3) : null };
    },
    decided: async () => [],
    storedRules: async (_workspaceId, version) => (version === 9 ? null : { version: 4, rules: stored }),
    rebuild: async (_fence, { version, work }) => {
      expect(work().withContext).toBe(true);
      return { events: version, moved: 0, profilesBefore: 1, profilesAfter: 1 };
    },
    discard: async () => undefined,
  };
}

function contextOf(signal: AbortSignal, onProgress: (progress: Progress) => void = () => undefined): RunContext {
  const workspaceId = workspaceIdSchema.parse(uuid(1));
  const id = runIdSchema.parse(uuid(2));
  const run = { workspaceId, id, job: 'identity.simulate', status: 'running' as const, params: {}, progress: null };
  const rest = { checkpoint: null, result: null, error: null, cancelRequested: false };
  return {
    run: { ...run, ...rest, createdAt: 0, startedAt: 0, finishedAt: null },
    fence: { workspaceId, runId: id, fence: 1 },
    signal,
    onProgress,
  };
}

const oneUser = { identifiers: [{ type: 'user_id', limit: { count: 1, period: 'ever' } }, { type: 'anonymous_id' }] };

describe('trying and applying rules', () => {
  it('goes through the whole history beside the rules that are active', async () => {
    const seen: number[] = [];
    const context = contextOf(new AbortController().signal, ({ done }) => seen.push(done));
    const result = await simulateRules({ history: historyOf(null) }, context, { rules: oneUser });
    expect(result).toMatchObject({
      rulesBefore: 4,
      events: 7,
      profiles: { before: 1, after: 7 },
      refused: { user_id: 6 },
    });
    expect(seen).toEqual([3, 6, 7]);
  });

  it('stops when it is asked to, and refuses rules that are none', async () => {
    const stop = new AbortController();
    const pages: number[] = [];
    const context = contextOf(stop.signal, () => stop.abort());
    const asked = simulateRules({ history: historyOf(null, pages) }, context, { rules: oneUser });
    await expect(asked).rejects.toThrow(/abort/i);
    expect(pages).toEqual([0]);
    const wrong = simulateRules({ history: historyOf(null) }, contextOf(new AbortController().signal), { rules: {} });
    await expect(wrong).rejects.toMatchObject({ code: 'IDENTITY_RULES_INVALID' });
  });

  it('rebuilds by a version that is there', async () => {
    const history = historyOf({ identifiers: [{ type: 'email' }] });
    const context = contextOf(new AbortController().signal);
    expect(await rebuildIdentities({ history }, context, { version: 4 })).toMatchObject({ version: 4, events: 4 });
    await expect(rebuildIdentities({ history }, context, { version: 9 })).rejects.toMatchObject({
      code: 'IDENTITY_RULES_INVALID',
    });
  });
});

import { plannedNames } from './make-plan';
import { countsOf } from './step-counts';

const rule = { version: 1, entity: 'profile', where: { all: [] } };
const definition = { key: 'loyal', label: 'Loyal', description: '', tags: [], purpose: null, refreshMinutes: null };

describe('the warnings of a plan', () => {
  it('leave out what the plan itself makes, and tell the rest', async () => {
    const desired = { ...definition, rule, isDraft: true, names: [], kind: 'rule' as const };
    const step = { action: 'create' as const, key: 'loyal', before: null, desired, fields: [] };
    const traits = ['spend', 'asleep'].map((key) => ({
      ...{ action: 'create' as const, key, before: null, fields: [] },
      desired: { key, label: key, unit: '', formula: { kind: 'count' as const }, live: key === 'spend' },
    }));
    const planned = plannedNames(
      { steps: [step, { ...step, key: 'vip', desired: { ...desired, isDraft: false } }] } as never,
      { steps: traits } as never,
      { steps: [{ key: 'groups' }] } as never,
    );
    const warned = [
      ['segment', 'vip'],
      ['segment', 'loyal'],
      ['trait', 'spend'],
      ['trait', 'asleep'],
      ['model', 'groups'],
      ['event', 'groups'],
    ].map(([kind = '', name = '']) => ({ kind, name, message: `${kind} ${name}` }));
    const client = {
      query: async () => ({ advice: { __typename: 'RuleAdvice', warnings: warned } }),
      close: async () => undefined,
    };
    const standing = { segments: new Map(), lists: new Set<string>() };
    const counts = await countsOf(client as never, [step] as never, { standing: standing as never, planned });
    expect(counts.get('loyal')?.warnings).toEqual(['segment loyal', 'trait asleep', 'event groups']);
  });
});

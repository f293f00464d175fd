import { profileIdSchema, type MembershipDelta } from '@kohort/kernel-contracts';

/** The instant of all samples: 2026-01-02T03:04:05Z. */
export const SAMPLE_TIME = Date.UTC(2026, 0, 2, 3, 4, 5);

/** A change of one invented person; `n` names them, everything else can be overridden. */
export function sampleChange(n: number, override: Partial<MembershipDelta> = {}): MembershipDelta {
  return {
    profileId: profileIdSchema.parse(`00000000-0000-4000-8000-${String(n).padStart(12, '0')}`),
    operation: 'add',
    changeVersion: 1,
    changedAt: SAMPLE_TIME,
    before: false,
    identifiers: { user_id: [`u${n}`], email: [`person${n}@example.org`] },
    traits: {},
    ...override,
  };
}

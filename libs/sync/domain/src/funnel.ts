import { SYNC_STAGES, type MemberVerdict, type SyncRunStatus } from '@kohort/kernel-contracts';

/**
 * Where a run's records were lost: each count holds those that came at least so far. `consented` is null where neither
 * segment nor destination has a purpose, `matched` while nothing measures it; a number that nobody measured is not shown
 * as one. Consent is asked before anything else: who has not consented is in `segment` and in nothing after it.
 */
export interface Funnel {
  readonly segment: number;
  readonly identified: number;
  readonly valid: number;
  readonly consented: number | null;
  readonly sent: number;
  readonly accepted: number;
  readonly matched: number | null;
  readonly adds: number;
  readonly removes: number;
  readonly rejected: number;
  readonly retry: number;
  readonly unknown: number;
  readonly requests: number;
  /** How often each code was the reason for not being accepted. */
  readonly reasons: Readonly<Record<string, number>>;
}

export const EMPTY_FUNNEL: Funnel = {
  segment: 0,
  identified: 0,
  valid: 0,
  consented: null,
  sent: 0,
  accepted: 0,
  matched: null,
  adds: 0,
  removes: 0,
  rejected: 0,
  retry: 0,
  unknown: 0,
  requests: 0,
  reasons: {},
};

/** Reason of those who were left out when they were about to be sent. */
export const CONSENT_MISSING = 'CONSENT_MISSING';

/** Adds what asking for consent once more left out, and what it let pass. */
export function addConsent(funnel: Funnel, asked: { readonly withheld: number; readonly passed: number }): Funnel {
  const { withheld, passed } = asked;
  const reasons = { ...funnel.reasons };
  if (withheld > 0) reasons[CONSENT_MISSING] = (reasons[CONSENT_MISSING] ?? 0) + withheld;
  return { ...funnel, segment: funnel.segment + withheld, consented: (funnel.consented ?? 0) + passed, reasons };
}

/** Adds one page's verdicts. */
export function addToFunnel(funnel: Funnel, verdicts: readonly MemberVerdict[], requests: number): Funnel {
  const counts = { ...funnel };
  const reasons: Record<string, number> = { ...funnel.reasons };
  for (const verdict of verdicts) {
    const reached = SYNC_STAGES.indexOf(verdict.stage);
    SYNC_STAGES.forEach((stage, i) => {
      if (i <= reached) counts[stage] += 1;
    });
    if (verdict.operation === 'add') counts.adds += 1;
    else counts.removes += 1;
    if (verdict.fate === 'accepted') continue;
    counts[verdict.fate] += 1;
    const code = verdict.code ?? 'NO_CODE';
    reasons[code] = (reasons[code] ?? 0) + 1;
  }
  return { ...counts, requests: funnel.requests + requests, reasons };
}

/**
 * How a run ended, honestly: succeeded when everything it tried was accepted and nothing is left; failed when nothing
 * came through; partial in between.
 *
 * Shape   left: rows still owed, whenever they are due
 */
export function runStatus(
  funnel: Funnel,
  how: { readonly left: boolean; readonly stopped: boolean },
): Extract<SyncRunStatus, 'succeeded' | 'partial' | 'failed'> {
  const tried = funnel.consented ?? funnel.segment;
  const whole = funnel.accepted === tried;
  if (whole && !how.left && !how.stopped) return 'succeeded';
  if (funnel.accepted === 0 && (tried > 0 || how.stopped)) return 'failed';
  return 'partial';
}

import { SYNC_STAGES, type MemberVerdict, type SyncRunStatus } from '@kohort/kernel-contracts';

/**
 * Where a run's records were lost: each count holds those that came at least so far. `consented` and `matched` are null
 * while nothing measures them; a number that nobody measured is not shown as one.
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
  const whole = funnel.accepted === funnel.segment;
  if (whole && !how.left && !how.stopped) return 'succeeded';
  if (funnel.accepted === 0 && (funnel.segment > 0 || how.stopped)) return 'failed';
  return 'partial';
}

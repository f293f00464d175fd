import { z } from 'zod';
import type { Fence, LiveRules, ProfileId, VersionToFill } from '@kohort/kernel-contracts';
import { refuseCircle } from './circles';
import type { Answer, BackfillDeps, Filling } from './fill-pass';
import { GUARDED_SHARE } from './guard';
import { segmentsFlowErrors } from './segments-flow-errors';

/** Changes of one transaction before the version serves. */
const ROWS_AT_ONCE = 20_000;
/** So few changes are written with the pointer: nobody waits long for it. */
const ROWS_WITH_POINTER = 500;

const checkpointSchema = z.object({
  phase: z.literal('settling'),
  members: z.number(),
  entered: z.number(),
  exited: z.number(),
  /** A run that is here is not cancelled any more. */
  final: z.boolean().optional(),
});

/** What is known of a version that serves already. */
export type Checkpoint = z.infer<typeof checkpointSchema>;

/** Where an earlier start of the run left it; null before its version serves. */
export function checkpointOf({ run }: Filling): Checkpoint | null {
  const earlier = checkpointSchema.safeParse(run.context.run.checkpoint);
  return earlier.success ? earlier.data : null;
}

/** A mistake in a rule, or an outage upstream, must not take an audience apart: a person has to say that it is meant. */
async function holdMassExit(
  deps: BackfillDeps,
  fence: Fence,
  change: {
    readonly rule: VersionToFill['rule'];
    readonly leaving: number;
    readonly members: number;
    readonly lost: number;
  },
): Promise<void> {
  const { leaving, members, rule, lost } = change;
  if (lost <= members * GUARDED_SHARE) return;
  await deps.store.hold(fence, rule, { leaving, members });
  const { key, version } = rule;
  throw segmentsFlowErrors.SEGMENTS_GUARD_HELD({ key, version, leaving, members });
}

/** Who has to come in and who has to go out, in the order of ids. */
export function differenceOf(
  wanted: readonly ProfileId[],
  standing: readonly ProfileId[],
): { readonly entering: readonly ProfileId[]; readonly leaving: readonly ProfileId[] } {
  const [isWanted, isIn] = [new Set(wanted), new Set(standing)];
  return {
    entering: wanted.filter((id) => !isIn.has(id)).sort(),
    leaving: standing.filter((id) => !isWanted.has(id)).sort(),
  };
}

/** Writes the difference and makes the version serve: in steps while nobody is served, else all at once. */
export async function publishVersion(
  deps: BackfillDeps,
  { run, version }: Filling,
  { answer, now }: { readonly answer: Answer; readonly now: number },
): Promise<Checkpoint> {
  const { context, params } = run;
  const { fence } = context;
  const { rule } = version;
  const standing = await deps.store.membersOf(fence.workspaceId, rule.segmentId);
  const { entering, leaving } = differenceOf(answer.ids, standing);
  const total = entering.length + leaving.length;
  if (version.liveVersion !== null && params.released !== true)
    await holdMassExit(deps, fence, {
      rule,
      leaving: leaving.length,
      members: standing.length,
      // In a ranking others take the places of those who leave it: a count is held where it shrinks the segment.
      lost: params.refresh === undefined ? leaving.length : leaving.length - entering.length,
    });
  let [entered, exited] = [0, 0];
  const apply = async (
    some: { entering: readonly ProfileId[]; leaving: readonly ProfileId[] },
    flip: boolean,
  ): Promise<void> => {
    context.signal.throwIfAborted();
    const cause = params.refresh ?? 'edit';
    // Asked again when nobody else can begin to serve: another may have, since this was answered.
    const admits = (live: LiveRules): void => refuseCircle(rule, live);
    const outcome = await deps.store.applyDiff({
      ...{ fence, rule, evaluatedAt: now, flip, cause, ...some },
      ...(flip ? { admits } : {}),
    });
    entered += outcome.entered;
    exited += outcome.exited;
    context.onProgress({ phase: 'writing memberships', done: entered + exited, total });
  };
  if (version.liveVersion === null && total > ROWS_WITH_POINTER) {
    for (let at = 0; at < entering.length; at += ROWS_AT_ONCE) {
      await apply({ entering: entering.slice(at, at + ROWS_AT_ONCE), leaving: [] }, false);
    }
    for (let at = 0; at < leaving.length; at += ROWS_AT_ONCE) {
      await apply({ entering: [], leaving: leaving.slice(at, at + ROWS_AT_ONCE) }, false);
    }
    await apply({ entering: [], leaving: [] }, true);
  } else {
    await apply({ entering, leaving }, true);
  }
  // Its version serves: who changed meanwhile and who rests on the segment must follow, whatever is asked of the run.
  const checkpoint: Checkpoint = { phase: 'settling', members: answer.ids.length, entered, exited, final: true };
  await deps.store.saveCheckpoint(fence, checkpoint);
  return checkpoint;
}

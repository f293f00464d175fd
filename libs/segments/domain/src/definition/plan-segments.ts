import type { Json } from '@kohort/kernel-contracts';
import { isAppError } from '@kohort/kernel-errors';
import { segmentsErrors } from '../errors';
import { parseRule } from '../rule/parse-rule';
import { requireMeant } from '../rule/require-meant';
import { hashJson } from '../rule/rule-hash';
import { nearestName } from '../rule/nearest-name';
import { compareCodePoints } from '../values/code-points';
import { atPlace } from '../yaml/rule-in-text';
import { orderByNames } from './order-by-names';
import type { SegmentDefinition, SegmentFile } from './segment-file';

/** What files are held against: the segments of a workspace. */
export interface StandingSegments {
  readonly segments: ReadonlyMap<string, { readonly definition: SegmentDefinition; readonly latestVersion: number }>;
  /** Keys of archived segments: never used again. */
  readonly archived: ReadonlySet<string>;
  /** Keys of lists, which no rule decides. */
  readonly lists: ReadonlySet<string>;
}

export const PLAN_FIELDS = ['label', 'description', 'tags', 'purpose', 'refreshMinutes', 'draft', 'rule'] as const;
export type PlanField = (typeof PLAN_FIELDS)[number];

/** One thing to do, or nothing. `before` is null for what is not there yet, `desired` for what is to be archived. */
export interface SegmentStep {
  readonly action: 'create' | 'change' | 'archive' | 'unchanged';
  readonly key: string;
  readonly before: SegmentDefinition | null;
  readonly desired: SegmentDefinition | null;
  readonly fields: readonly PlanField[];
  /** The latest version when this was planned; null for a new segment. */
  readonly latestVersion: number | null;
}

/** What has to be done so that a workspace is as files say. */
export interface SegmentPlan {
  /** What is named comes before what names it; archiving comes last, the other way round. */
  readonly steps: readonly SegmentStep[];
  /** Keys that no file has and that are left alone. */
  readonly onlyThere: readonly string[];
  /** SHA-256 of what is there and what is wanted. */
  readonly fingerprint: string;
}

/** What of a definition may change; its key and kind never do. */
export function planFieldsOf(definition: SegmentDefinition): Readonly<Record<PlanField, Json>> {
  const { label, description, tags, purpose, refreshMinutes, isDraft, ruleHash } = definition;
  return { label, description, tags, purpose, refreshMinutes, draft: isDraft, rule: ruleHash };
}

const same = (a: Json, b: Json): boolean => JSON.stringify(a) === JSON.stringify(b);

/** The fields in which two definitions differ. */
export function differingFields(a: SegmentDefinition, b: SegmentDefinition): readonly PlanField[] {
  const [left, right] = [planFieldsOf(a), planFieldsOf(b)];
  return PLAN_FIELDS.filter((field) => !same(left[field], right[field]));
}

/** Refuses what can never be applied, with its place in the file. */
function checkFile({ definition, text }: SegmentFile, standing: StandingSegments, known: readonly string[]): void {
  const { key, kind, names } = definition;
  if (standing.archived.has(key)) throw text.problem(['segment'], `"${key}" was archived; keys are never used again`);
  if (standing.lists.has(key))
    throw text.problem(['segment'], `"${key}" is a list in the workspace; no rule decides it`);
  const before = standing.segments.get(key)?.definition;
  if (before !== undefined && before.kind !== kind)
    throw text.problem(['kind'], `"${key}" is of kind ${before.kind}; the kind of a segment never changes`);
  if (before !== undefined && definition.isDraft && !before.isDraft)
    throw text.problem(['draft'], `"${key}" is published; it does not become a draft again`);
  // What stands already goes on meaning what it means.
  if (before?.ruleHash !== definition.ruleHash) atPlace(text, ['rule'], () => requireMeant(parseRule(definition.rule)));
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  if (standing.archived.has(unknown)) throw text.problem(['rule'], `the segment "${unknown}" was archived`);
  const near = nearestName(unknown, known);
  throw text.problem(
    ['rule'],
    `there is no segment "${unknown}"${near === undefined ? '' : `; did you mean "${near}"?`}`,
  );
}

function stepOf(desired: SegmentDefinition, standing: StandingSegments): SegmentStep {
  const found = standing.segments.get(desired.key);
  if (found === undefined)
    return { action: 'create', key: desired.key, before: null, desired, fields: [], latestVersion: null };
  const fields = differingFields(found.definition, desired);
  const action = fields.length === 0 ? 'unchanged' : 'change';
  const { definition: before, latestVersion } = found;
  return { action, key: desired.key, before, desired, fields, latestVersion };
}

function orderedFiles(
  files: readonly SegmentFile[],
  others: readonly SegmentDefinition[],
): readonly SegmentDefinition[] {
  const wanted = files.map((file) => file.definition);
  try {
    const keys = new Set(wanted.map(({ key }) => key));
    return orderByNames([...wanted, ...others]).filter(({ key }) => keys.has(key));
  } catch (thrown) {
    if (!isAppError(thrown) || thrown.code !== 'SEGMENTS_SEGMENT_CYCLE') throw thrown;
    const path = String(thrown.details['path']);
    const owner = files.find(({ definition }) => path.split(' → ').includes(definition.key));
    throw owner?.text.problem(['rule'], `segments name each other in a circle: ${path}`, thrown) ?? thrown;
  }
}

function archiving(
  standing: StandingSegments,
  gone: readonly string[],
  kept: readonly SegmentDefinition[],
): readonly SegmentStep[] {
  const definitions = gone.flatMap((key) => standing.segments.get(key)?.definition ?? []);
  for (const { key } of definitions) {
    const by = kept.find(({ names }) => names.includes(key));
    if (by !== undefined) throw segmentsErrors.SEGMENTS_STILL_NAMED({ key, by: by.key });
  }
  const inOrder = orderByNames(definitions).toReversed();
  return inOrder.map(({ key }) => {
    const found = standing.segments.get(key);
    const before = found?.definition ?? null;
    const latestVersion = found?.latestVersion ?? null;
    return { action: 'archive', key, before, desired: null, fields: [], latestVersion };
  });
}

/**
 * Holds files against a workspace: what is to be made, changed, archived or left. With `prune` segments that no file
 * has are archived; else they are left and named.
 *
 * Cost    O(segments + names)
 * Throws  SEGMENTS_FILE_INVALID with the place of a name that nobody has, a circle, an archived key, another kind;
 *         SEGMENTS_STILL_NAMED when what is to be archived is named by what stays
 */
export function planSegments(
  files: readonly SegmentFile[],
  standing: StandingSegments,
  options: { readonly prune: boolean },
): SegmentPlan {
  const inFiles = new Set(files.map(({ definition }) => definition.key));
  const gone = [...standing.segments.keys()].filter((key) => !inFiles.has(key)).sort(compareCodePoints);
  const left = options.prune ? [] : gone;
  const known = [...inFiles, ...left, ...standing.lists].sort(compareCodePoints);
  for (const file of files) checkFile(file, standing, options.prune ? [...known, ...gone] : known);
  const others = left.flatMap((key) => standing.segments.get(key)?.definition ?? []);
  const ordered = orderedFiles(files, others);
  const steps = [
    ...ordered.map((desired) => stepOf(desired, standing)),
    ...(options.prune ? archiving(standing, gone, ordered) : []),
  ];
  const fingerprint = hashJson(
    steps.map(({ action, key, before, desired, latestVersion }) => ({
      action,
      key,
      latestVersion,
      before: before === null ? null : planFieldsOf(before),
      desired: desired === null ? null : planFieldsOf(desired),
    })),
  );
  return { steps, onlyThere: left, fingerprint };
}

/** How far a workspace has come with a step: nothing of it, some (an apply was broken off), all; or it went elsewhere. */
export type StepProgress =
  | { readonly state: 'todo' | 'begun' | 'done' }
  /** Somebody else has changed these since. */
  | { readonly state: 'stale'; readonly fields: readonly string[] };

/**
 * Compares a step with what is there now. Each field has to be as it was, or as it is wanted; anything else is of
 * somebody else.
 *
 * Shape   now: null when there is no such segment, or it is archived
 */
export function progressOf(
  step: SegmentStep,
  now: {
    readonly definition: SegmentDefinition;
    readonly latestVersion: number;
    readonly latestRuleHash: string;
  } | null,
): StepProgress {
  const { before, desired, action } = step;
  if (now === null) {
    if (action === 'archive') return { state: 'done' };
    return action === 'create' ? { state: 'todo' } : { state: 'stale', fields: ['archived'] };
  }
  const current = planFieldsOf(now.definition);
  const [was, wanted] = [before, desired].map((one) => (one === null ? null : planFieldsOf(one)));
  const isAs = (fields: typeof was, field: PlanField): boolean => fields != null && same(fields[field], current[field]);
  const started = (field: PlanField): boolean => action === 'create' && field === 'draft';
  const foreign = PLAN_FIELDS.filter((field) => !isAs(was, field) && !isAs(wanted, field) && !started(field));
  const isOurs = now.latestVersion === step.latestVersion || now.latestRuleHash === desired?.ruleHash;
  const stale = [...foreign, ...(isOurs || foreign.includes('rule') ? [] : ['version'])];
  if (stale.length > 0) return { state: 'stale', fields: stale };
  if (desired !== null && PLAN_FIELDS.every((field) => isAs(wanted, field))) return { state: 'done' };
  const untouched = before !== null && PLAN_FIELDS.every((field) => isAs(was, field));
  return { state: untouched ? 'todo' : 'begun' };
}

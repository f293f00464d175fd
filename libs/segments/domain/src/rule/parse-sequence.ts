import type { z } from 'zod';
import type { ParsedSequence, ParsedStep, ParsedWithout } from './parsed-rule';
import { readFixed, readPathText, readSelection, readWindow } from './parse-parts';
import type { sequenceSchema } from './rule.schema';
import { invalid, type Place } from './rule-problem';

type SequenceJson = z.infer<typeof sequenceSchema>;

function readSteps(place: Place, json: SequenceJson): readonly ParsedStep[] {
  const names: string[] = [];
  return json.steps.map((step, index) => {
    const as = step.as ?? `step${index + 1}`;
    if (names.includes(as)) throw invalid(place, `steps.${index}: another step is called "${as}"`);
    if (index === 0 && step.gap !== undefined) throw invalid(place, 'steps.0: the first step has no gap before it');
    const inside = { ...place, node: `${place.node}.steps.${index}`, path: `${place.path}.steps.${index}` };
    const event = readSelection(inside, step.event, { kind: 'steps', names: [...names] });
    names.push(as);
    return {
      as,
      event,
      minGapMs: step.gap?.min === undefined ? 0 : readFixed(place, `steps.${index}.gap.min`, step.gap.min),
      maxGapMs: step.gap?.max === undefined ? Infinity : readFixed(place, `steps.${index}.gap.max`, step.gap.max),
    };
  });
}

function readWithout(place: Place, json: SequenceJson, steps: readonly ParsedStep[]): readonly ParsedWithout[] {
  const names = steps.map((step) => step.as);
  return (json.without ?? []).map((rule, index) => {
    const field = `without.${index}`;
    const indexOf = (name: string): number => {
      const found = names.indexOf(name);
      if (found < 0) throw invalid(place, `${field}: there is no step "${name}"`);
      return found;
    };
    if ((rule.before === undefined) === (rule.within === undefined)) {
      throw invalid(place, `${field}: takes exactly one of "before" and "within"`);
    }
    const after = indexOf(rule.after);
    const before = rule.before === undefined ? null : indexOf(rule.before);
    if (before !== null && before <= after)
      throw invalid(place, `${field}: "before" must name a step later than "after"`);
    const inside = { ...place, node: `${place.node}.${field}`, path: `${place.path}.${field}` };
    const known = names.slice(0, (before ?? after) + 1);
    return {
      event: readSelection(inside, rule.event, { kind: 'steps', names: known }),
      after,
      before,
      withinMs: rule.within === undefined ? 0 : readFixed(place, `${field}.within`, rule.within),
    };
  });
}

/** Reads the body of a sequence node: step names are unique, references only look back. */
export function readSequence(place: Place, json: SequenceJson): ParsedSequence {
  const steps = readSteps(place, json);
  return {
    steps,
    without: readWithout(place, json, steps),
    keyBy: json.keyBy === undefined ? null : readPathText(place, json.keyBy),
    strict: json.order === 'strict',
    window: readWindow(place, json.window),
  };
}

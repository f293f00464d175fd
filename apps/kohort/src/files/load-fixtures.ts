import { dirname, resolve } from 'node:path';
import type { Json } from '@kohort/kernel-contracts';
import { isAppError } from '@kohort/kernel-errors';
import {
  parseFixture,
  parseRule,
  parseSegmentFile,
  readMessage,
  runFixtures,
  segmentsErrors,
  type FixtureCase,
  type FixtureOutcome,
} from '@kohort/segments-domain';
import { readDefinitions } from '../definitions/definition-files';
import { readText } from './read-bytes';
import { readJsonLines } from './read-lines';
import { readRule } from './read-rule';

/** Tells a refusal of what lies in another file with that file's name. */
async function within<T>(file: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (thrown) {
    if (!isAppError(thrown) || thrown.kind !== 'invalid-input' || thrown.code.startsWith('FILE_')) throw thrown;
    const { line, column, reason } = thrown.details;
    if (typeof line !== 'number')
      throw segmentsErrors.SEGMENTS_FIXTURE_INVALID({ file, reason: thrown.message }, { cause: thrown });
    // With a line of its own the reason is enough; without one a rule's message names its node.
    throw segmentsErrors.SEGMENTS_FIXTURE_INVALID(
      {
        file,
        line,
        column: typeof column === 'number' ? column : 1,
        reason: typeof reason === 'string' ? reason : thrown.message,
      },
      { cause: thrown },
    );
  }
}

async function readMessages(file: string): Promise<FixtureCase['messages']> {
  return within(file, async () => {
    const messages: FixtureCase['messages'][number][] = [];
    for await (const line of readJsonLines(file)) messages.push(readMessage(line));
    return messages;
  });
}

/** The rules that a suite rests on: its own, and those of the segments that it names. */
interface Rules {
  readonly rule: Json;
  readonly segments: ReadonlyMap<string, Json>;
}

/** A file of a segment, as `kohort apply` takes it: the segments that it names are found in the files beside it. */
async function rulesOfSegment(file: string): Promise<Rules> {
  const { definition } = parseSegmentFile(file, await readText(file));
  const known = new Map((await readDefinitions(dirname(file))).map((one) => [one.definition.key, one.definition]));
  const segments = new Map<string, Json>();
  const visit = (names: readonly string[]): void => {
    for (const name of names) {
      const named = known.get(name);
      if (named === undefined || segments.has(name)) continue;
      segments.set(name, named.rule);
      visit(named.names);
    }
  };
  visit(definition.names);
  return { rule: definition.rule, segments };
}

async function rulesOf(file: string): Promise<Rules> {
  if (/\.ya?ml$/.test(file)) return rulesOfSegment(file);
  return within(file, async () => {
    const rule = await readRule(file);
    parseRule(rule);
    // parseRule has looked at every part: the whole is plain JSON.
    return { rule: rule as Json, segments: new Map<string, Json>() };
  });
}

/** A file of fixtures with how it came out. */
export interface FixtureSuite extends FixtureOutcome {
  readonly file: string;
  readonly name: string | null;
}

/**
 * Reads a file of fixtures with the files that it names, relative to itself, and runs it.
 *
 * Throws  SEGMENTS_FIXTURE_INVALID naming file, line and column; FILE_… of the files that it names
 */
export async function runFixtureFile(file: string): Promise<FixtureSuite> {
  const fixture = parseFixture(file, await readText(file));
  const beside = (name: string): string => resolve(dirname(file), name);
  const ruleFile = fixture.ruleFile === null ? null : beside(fixture.ruleFile);
  const found: Rules = ruleFile === null ? { rule: fixture.rule, segments: new Map() } : await rulesOf(ruleFile);
  // What the suite says itself of a segment goes before its file.
  const segments = new Map([...found.segments, ...fixture.segments]);
  const read = new Map<string, FixtureCase['messages']>();
  const cases: FixtureCase[] = [];
  for (const { eventsFiles, messages, ...one } of fixture.cases) {
    const all = [...messages];
    for (const name of eventsFiles) {
      const path = beside(name);
      const lines = read.get(path) ?? (await readMessages(path));
      read.set(path, lines);
      for (const line of lines) all.push(line);
    }
    cases.push({ ...one, messages: all });
  }
  const outcome = await within(ruleFile ?? file, async () => runFixtures({ rule: found.rule, segments, cases }));
  return { file, name: fixture.name, ...outcome };
}

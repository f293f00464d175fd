import { dirname, resolve } from 'node:path';
import type { Json } from '@kohort/kernel-contracts';
import { isAppError } from '@kohort/kernel-errors';
import {
  parseFixture,
  parseRule,
  readMessage,
  runFixtures,
  segmentsErrors,
  type FixtureCase,
  type FixtureOutcome,
} from '@kohort/segments-domain';
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

async function ruleOf(file: string): Promise<Json> {
  return within(file, async () => {
    const rule = await readRule(file);
    parseRule(rule);
    // parseRule has looked at every part: the whole is plain JSON.
    return rule as Json;
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
  const rule = ruleFile === null ? fixture.rule : await ruleOf(ruleFile);
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
  const outcome = await within(ruleFile ?? file, async () => runFixtures({ rule, segments: fixture.segments, cases }));
  return { file, name: fixture.name, ...outcome };
}

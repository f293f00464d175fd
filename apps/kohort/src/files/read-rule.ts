import { readRuleText } from '@kohort/segments-domain';
import { parseJson, readText } from './read-lines';

/**
 * Reads a rule from a file, in either form: JSON begins with a brace, which no text of a rule does.
 *
 * Throws  FILE_BAD_JSON, SEGMENTS_TEXT_INVALID, SEGMENTS_RULE_… (text form), and those of readBytes
 */
export async function readRule(file: string): Promise<unknown> {
  const text = await readText(file);
  return text.trimStart().startsWith('{') ? parseJson(file, text) : readRuleText(text);
}

import { readShape } from '@kohort/kernel-contracts';
import { playbookSchema, type PlaybookRule } from '@kohort/models-domain';
import { fileErrors } from './file-errors';
import { parseJson, readText } from './read-lines';

/**
 * Reads a playbook: a JSON list of kinds of customers, each with when it fits, its name and what to do.
 *
 * Throws  FILE_BAD_JSON, FILE_BAD_PLAYBOOK with the place, and those of readText
 */
export async function readPlaybook(file: string): Promise<readonly PlaybookRule[]> {
  const read = readShape(playbookSchema, parseJson(file, await readText(file)));
  if (read.success) return read.data;
  const issue = read.error.issues[0];
  const reason = `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'unreadable'}`;
  throw fileErrors.FILE_BAD_PLAYBOOK({ file, reason }, { cause: read.error });
}

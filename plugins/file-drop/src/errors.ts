import { defineErrors } from '@kohort/kernel-errors';

export const fileDropErrors = defineErrors({
  FILE_DROP_NOT_WRITABLE: {
    kind: 'configuration',
    message: (d) => `the folder for files cannot be written to (${d['reason']})`,
  },
  FILE_DROP_MANIFEST: {
    kind: 'configuration',
    message: () => 'there is a manifest in this run’s folder that is not ours; it was left as it is',
  },
});

const NEEDS_A_PERSON = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EISDIR', 'ENAMETOOLONG']);

/** A file error that only a person can mend becomes `configuration`; the rest passes and is tried again. */
export function toFileError(thrown: unknown): unknown {
  const code = typeof thrown === 'object' && thrown !== null && 'code' in thrown ? String(thrown.code) : '';
  if (!NEEDS_A_PERSON.has(code)) return thrown;
  return fileDropErrors.FILE_DROP_NOT_WRITABLE({ reason: code, delivered: 'no' }, { cause: thrown });
}

import { defineErrors } from '@kohort/kernel-errors';

/** What can be wrong between a folder of definitions and a workspace. */
export const definitionErrors = defineErrors({
  DEFINITION_INVALID: {
    kind: 'invalid-input',
    message: (d) =>
      [
        String(d['file']),
        ...(d['line'] ? [`line ${String(d['line'])}, column ${String(d['column'])}`] : []),
        `${String(d['path'])}: ${String(d['reason'])}`,
      ].join(', '),
  },
  DEFINITION_NONE: {
    kind: 'invalid-input',
    message: (d) => `there is no definition in ${String(d['dir'])}; \`kohort export --dir\` writes the workspace's`,
  },
  PLAN_INVALID: { kind: 'invalid-input', message: (d) => `${String(d['file'])} is no plan: ${String(d['reason'])}` },
  PLAN_STALE: {
    kind: 'conflict',
    message: (d) =>
      `${String(d['what'] ?? 'segment')} "${String(d['key'])}" is no longer as it was when this was planned (${String(d['fields'])}): plan again`,
  },
  PLAN_UNNAMED: { kind: 'invalid-input', message: () => 'give --dir or --plan, one of them' },
  PLAN_NOT_CONFIRMED: {
    kind: 'invalid-input',
    message: () => 'nothing was applied: answer yes, or give --auto-approve',
  },
});

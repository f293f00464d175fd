import { defineErrors } from '@kohort/kernel-errors';

/** What can go wrong between the command line and a running workspace. */
export const clientErrors = defineErrors({
  CLIENT_NO_DRY_RUN: {
    kind: 'invalid-input',
    message: () => 'an address is fetched by the server: download the file for a dry run',
  },
  CLIENT_UNREACHABLE: {
    kind: 'configuration',
    message: (d) => `no Kohort answers at ${String(d['url'])}; start one with \`npm start\` or give --url`,
  },
  CLIENT_CUT_OFF: { kind: 'transient', message: () => 'the connection to Kohort ended' },
  CLIENT_TWO_STARTS: { kind: 'invalid-input', message: () => 'give --after or --members, one of them' },
  CLIENT_TOO_SLOW: { kind: 'transient', message: () => 'Kohort closed the connection: nothing was taken for too long' },
  CLIENT_REFUSED: { kind: 'invalid-input', message: (d) => `${String(d['reason'])} (${String(d['remoteCode'])})` },
  CLIENT_NO_KEY: {
    kind: 'configuration',
    message: () => 'no API key: give --key, or run on the machine that started Kohort',
  },
  CLIENT_JOB_FAILED: { kind: 'invalid-input', message: (d) => `${String(d['job'])} failed: ${String(d['reason'])}` },
});

import { defineErrors } from '@kohort/kernel-errors';

export const pluginHostErrors = defineErrors({
  PLUGIN_HOST_UNKNOWN_PLUGIN: { kind: 'configuration', message: (d) => `there is no connector "${d['plugin']}"` },
  PLUGIN_HOST_TWICE: { kind: 'bug', message: (d) => `connector "${d['plugin']}" is listed twice` },
  PLUGIN_HOST_UNREADABLE: { kind: 'configuration', message: (d) => `${d['file']} cannot be read: ${d['reason']}` },
  PLUGIN_HOST_OPERATION: {
    kind: 'configuration',
    message: (d) => `connector "${d['plugin']}" cannot ${d['operation']} members`,
  },
  PLUGIN_HOST_PATH: { kind: 'configuration', message: () => 'the path leaves the folder that files may be written to' },
  PLUGIN_HOST_NO_FILES: { kind: 'configuration', message: () => 'no folder for files has been set up' },
  PLUGIN_HOST_TOO_SLOW: {
    kind: 'transient',
    message: (d) => `the connector gave no answer within ${d['timeoutMs']} ms`,
  },
  PLUGIN_HOST_SEND_FAILED: { kind: 'transient', message: (d) => `the connector could not send: ${d['reason']}` },
  PLUGIN_HOST_MISCONFIGURED: { kind: 'configuration', message: (d) => `the connector cannot send: ${d['reason']}` },
  PLUGIN_HOST_SOURCE_FAILED: { kind: 'transient', message: (d) => `the source could not be read: ${d['reason']}` },
  PLUGIN_HOST_STOPPED: { kind: 'cancelled', message: () => 'the delivery was stopped' },
});

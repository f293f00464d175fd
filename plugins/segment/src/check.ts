import type { Diagnosis } from '@kohort/kernel-contracts';
import { requestKey, type PluginHost } from '@kohort/plugin-kit-sdk';
import { sendBatch } from './client';
import { classifyReply } from './errors';
import type { Settings } from './settings';

/**
 * Sends one event that is passed on to nobody. The vendor answers 200 to most mistakes, so a good answer proves the
 * address and the connection; whether the write key is right is seen in the source's debugger.
 */
export async function check(settings: Settings, host: PluginHost): Promise<readonly Diagnosis[]> {
  const nowMs = host.clock.now();
  const reply = await sendBatch(
    settings,
    [
      {
        type: 'track',
        event: 'Connection Checked',
        anonymousId: 'kohort-connection-check',
        messageId: requestKey([`check:${nowMs}`]),
        timestamp: new Date(nowMs).toISOString(),
        properties: {},
        context: {},
        integrations: { All: false },
      },
    ],
    host,
  );
  const failed = classifyReply(reply.status);
  const message =
    failed === null
      ? 'the source takes events; look for "Connection Checked" in its debugger to be sure of the write key'
      : `the source answered ${reply.status}`;
  return [{ name: 'write key', ok: failed === null, code: `HTTP_${reply.status}`, message }];
}

import type { Diagnosis } from '@kohort/kernel-contracts';
import { classifyStatus, requestKey, type PluginHost } from '@kohort/plugin-kit-sdk';
import { authorize } from './authorize';
import { REQUEST_TIMEOUT_MS } from './limits';
import type { Settings } from './settings';

/** Sends one signed message of type `kohort.ping`; any 2xx will do. */
export async function check(settings: Settings, host: PluginHost): Promise<readonly Diagnosis[]> {
  const nowMs = host.clock.now();
  const body = JSON.stringify({ type: 'kohort.ping', timestamp: new Date(nowMs).toISOString(), data: {} });
  const reply = await host.http.send(
    authorize(
      {
        method: 'POST',
        url: settings.url,
        headers: { 'content-type': 'application/json', 'webhook-id': `msg_${requestKey([`ping:${nowMs}`])}` },
        body,
        timeoutMs: REQUEST_TIMEOUT_MS,
      },
      settings,
      nowMs,
    ),
    host.signal,
  );
  const failed = classifyStatus(reply.status);
  const said: Readonly<Record<string, string>> = {
    auth_fatal: 'the receiver refuses the signature or the caller',
    gone: 'the receiver says that this endpoint is gone',
    config_fatal: 'the address is not an endpoint for messages',
    rate_limit: 'the receiver asks to be called less often; try again later',
    retry: 'the receiver is not well at the moment; try again later',
  };
  const message = failed === null ? 'the receiver takes messages' : (said[failed] ?? `it answered ${reply.status}`);
  return [{ name: 'delivery', ok: failed === null, code: `HTTP_${reply.status}`, message }];
}

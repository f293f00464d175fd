import { Analytics, type HTTPClient } from '@segment/analytics-node';
import { defineErrors } from '@kohort/kernel-errors';
import type { PluginHost, Reply } from '@kohort/plugin-kit-sdk';
import type { AudienceEvent } from './actions/audience-events/audience-events.mapping';
import { REQUEST_TIMEOUT_MS } from './limits';
import type { Settings } from './settings';

export const segmentErrors = defineErrors({
  SEGMENT_NOT_SENT: { kind: 'bug', message: () => 'the vendor SDK ended without sending the batch' },
});

/** What happened on the wire, as the host saw it. */
interface Outcome {
  readonly replies: Reply[];
  readonly failures: unknown[];
}

/**
 * The SDK's transport: the host's network. The SDK is told 200 or 400 and nothing else, because its own reaction to
 * anything else is to wait and to repeat (a 429 with Retry-After even when retries are off); waiting is the host's job.
 */
function hostTransport(host: PluginHost, outcome: Outcome): HTTPClient {
  return {
    async makeRequest(request) {
      try {
        const reply = await host.fetch(request.url, {
          method: request.method,
          headers: request.headers,
          body: request.body,
        });
        outcome.replies.push({ status: reply.status, headers: reply.headers, body: await reply.text() });
        return { status: reply.status >= 200 && reply.status < 300 ? 200 : 400, statusText: '' };
      } catch (thrown) {
        outcome.failures.push(thrown);
        return { status: 400, statusText: 'stopped' };
      }
    },
  };
}

/**
 * Sends one batch through the vendor's SDK and answers with what came back. `build` has kept the batch within the SDK's
 * own limits, so that it makes one request.
 *
 * Throws  what the host's transport threw; SEGMENT_NOT_SENT
 */
export async function sendBatch(
  settings: Settings,
  events: readonly AudienceEvent[],
  host: PluginHost,
): Promise<Reply> {
  const outcome: Outcome = { replies: [], failures: [] };
  const analytics = new Analytics({
    writeKey: settings.writeKey,
    host: settings.host,
    maxRetries: 0,
    flushAt: events.length,
    flushInterval: REQUEST_TIMEOUT_MS,
    httpRequestTimeout: REQUEST_TIMEOUT_MS,
    httpClient: hostTransport(host, outcome),
  });
  // Failed batches are reported as `error` events as well; the outcome already holds them.
  analytics.on('error', () => undefined);
  for (const event of events) {
    if (event.type === 'identify') analytics.identify(event);
    else analytics.track(event);
  }
  await analytics.closeAndFlush({ timeout: REQUEST_TIMEOUT_MS });
  if (outcome.failures.length > 0) throw outcome.failures[0];
  const reply = outcome.replies.find((one) => one.status < 200 || one.status >= 300) ?? outcome.replies[0];
  if (!reply) throw segmentErrors.SEGMENT_NOT_SENT();
  return reply;
}

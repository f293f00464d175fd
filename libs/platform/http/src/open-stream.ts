import { request as call, type Dispatcher } from 'undici';
import type { HttpStreamer } from '@kohort/kernel-contracts';
import { checkUrl, type EgressRules } from './egress-rules';
import { plainHeaders, toHttpError } from './http-failure';

interface StreamParts {
  readonly rules: EgressRules;
  readonly dispatcher: Dispatcher;
  /** Of silence, not of the whole. */
  readonly timeoutMs: number;
  readonly userAgent: string;
}

/** Replies whose bodies are read as they come, under the rules of the egress client. */
export function openStream({ rules, dispatcher, timeoutMs, userAgent }: StreamParts): HttpStreamer['open'] {
  const failure = (thrown: unknown, signal: AbortSignal | undefined) =>
    toHttpError(thrown, { timeoutMs, timedOut: false, stopped: signal?.aborted === true });

  async function* chunks(body: AsyncIterable<Uint8Array>, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
    try {
      yield* body;
    } catch (thrown) {
      throw failure(thrown, signal);
    }
  }
  return async ({ method, url, headers }, signal) => {
    const checked = checkUrl(rules, url);
    try {
      const reply = await call(checked, {
        dispatcher,
        method,
        headers: { 'user-agent': userAgent, 'accept-encoding': 'identity', ...headers },
        ...(signal ? { signal } : {}),
      });
      // A body that is given up before it was begun: the generator's own clean-up would not reach it.
      const { body } = reply;
      return {
        status: reply.statusCode,
        headers: plainHeaders(reply.headers),
        body: {
          [Symbol.asyncIterator]() {
            const inner = chunks(body, signal);
            return {
              next: () => inner.next(),
              return: async () => {
                body.destroy();
                body.on('error', () => undefined);
                return inner.return(undefined);
              },
            };
          },
        },
      };
    } catch (thrown) {
      throw failure(thrown, signal);
    }
  };
}

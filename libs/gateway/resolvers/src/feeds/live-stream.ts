import type { AppError } from '@kohort/kernel-errors';
import { toPublicError } from '../errors/public-error';
import { gatewayErrors } from '../errors/gateway.errors';
import { callerOf, type GatewayContext } from '../context/gateway-context';

/** What a feed hands out: an iterator that can be ended from outside. */
export interface EndableStream<T> extends AsyncIterableIterator<T> {
  return(): Promise<IteratorResult<T>>;
  fail(failure: Error): void;
}

/** Streams that one connection may carry. */
export const STREAMS_PER_CONNECTION = 50;

/** A stream on its connection, as GraphQL takes it: each value under the name of its field. */
class BoundStream<T, Field extends string> implements AsyncIterableIterator<Record<Field, T>> {
  private counted = true;

  constructor(
    private readonly context: GatewayContext,
    private readonly field: Field,
    private readonly stream: EndableStream<T>,
  ) {
    context.live?.onClose(() => void this.return());
    context.live?.onRefused((refusal: AppError) => stream.fail(refusal));
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Record<Field, T>>> {
    try {
      const step = await this.stream.next();
      if (step.done === true) return await this.return();
      return { done: false, value: { [this.field]: step.value } as Record<Field, T> };
    } catch (thrown) {
      await this.return();
      const { correlationId, services } = this.context;
      throw toPublicError(thrown, { correlationId, logger: services.logger });
    }
  }

  async return(): Promise<IteratorResult<Record<Field, T>>> {
    if (this.counted && this.context.live) this.context.live.streams.open -= 1;
    this.counted = false;
    await this.stream.return();
    return { done: true, value: undefined };
  }
}

/**
 * Binds a stream to its connection: it ends with the socket, fails when the caller's key is no longer good, gives up its
 * place when it is over, and shows its errors as the API shows all errors.
 *
 * Throws  GATEWAY_STREAM_LIMIT
 */
export async function liveStream<T, Field extends string>(
  context: GatewayContext,
  field: Field,
  open: () => Promise<EndableStream<T>>,
): Promise<AsyncIterableIterator<Record<Field, T>>> {
  const { live } = context;
  callerOf(context);
  if (live && live.streams.open >= STREAMS_PER_CONNECTION) throw gatewayErrors.GATEWAY_STREAM_LIMIT();
  if (live) live.streams.open += 1;
  try {
    return new BoundStream(context, field, await open());
  } catch (thrown) {
    if (live) live.streams.open -= 1;
    throw thrown;
  }
}

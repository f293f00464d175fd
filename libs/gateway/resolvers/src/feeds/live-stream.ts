import type { AppError } from '@kohort/kernel-errors';
import { toPublicError } from '../errors/public-error';
import { gatewayErrors } from '../errors/gateway.errors';
import { callerOf, type GatewayContext } from '../context/gateway-context';
import { ChangeStream } from './change-stream';
import type { EndableStream } from './endable-stream';

/** Streams that one connection may carry. */
export const STREAMS_PER_CONNECTION = 50;

/** A stream on its connection, as GraphQL takes it: each value under the name of its field. */
export class BoundStream implements AsyncIterableIterator<Record<string, unknown>> {
  private isOpen = true;
  private readonly unlisten: (() => void) | undefined;

  constructor(
    private readonly context: GatewayContext,
    readonly field: string,
    private readonly stream: EndableStream<unknown>,
  ) {
    this.unlisten = context.live?.onRefused((refusal: AppError) => stream.fail(refusal));
  }

  /** The changes themselves, for who carries them in another way than one by one. */
  get changes(): ChangeStream | null {
    return this.stream instanceof ChangeStream ? this.stream : null;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Record<string, unknown>>> {
    try {
      const step = await this.stream.next();
      if (step.done === true) return await this.return();
      return { done: false, value: { [this.field]: step.value } };
    } catch (thrown) {
      await this.return();
      const { correlationId, services } = this.context;
      throw toPublicError(thrown, { correlationId, logger: services.logger });
    }
  }

  async return(): Promise<IteratorResult<Record<string, unknown>>> {
    if (this.isOpen && this.context.live) this.context.live.streams.open -= 1;
    this.isOpen = false;
    this.unlisten?.();
    await this.stream.return();
    return { done: true, value: undefined };
  }
}

/**
 * Binds a stream to its connection: it fails when the caller's key is no longer good, gives up its
 * place when it is over, and shows its errors as the API shows all errors.
 *
 * Throws  GATEWAY_STREAM_LIMIT
 */
export async function liveStream(
  context: GatewayContext,
  field: string,
  open: () => Promise<EndableStream<unknown>>,
): Promise<BoundStream> {
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

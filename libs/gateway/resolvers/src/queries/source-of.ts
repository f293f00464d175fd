import type { SourceId } from '@kohort/kernel-contracts';
import type { GatewayContext } from '../context/gateway-context';
import { gatewayErrors } from '../errors/gateway.errors';

/**
 * The source that an argument names by its key; undefined when it names none.
 *
 * Throws  GATEWAY_NOT_FOUND
 */
export async function sourceOf(context: GatewayContext, key: string | null | undefined): Promise<SourceId | undefined> {
  if (key == null) return undefined;
  const source = await context.reader.sourceByKey(key);
  if (!source) throw gatewayErrors.GATEWAY_NOT_FOUND({ what: 'source' });
  return source.id;
}

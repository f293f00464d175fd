import type { QuarantineFilterInput } from '@kohort/gateway-schema';
import type { QuarantineFilter, SourceId } from '@kohort/kernel-contracts';

/** A filter of the API as the reader takes it. */
export function quarantineFilter(
  filter: QuarantineFilterInput | null | undefined,
  sourceId: SourceId | undefined,
): QuarantineFilter {
  return {
    sourceId,
    ids: filter?.ids?.slice(0, 1_000),
    event: filter?.event ?? undefined,
    code: filter?.code ?? undefined,
    fromMs: filter?.from ?? undefined,
    toMs: filter?.to ?? undefined,
  };
}

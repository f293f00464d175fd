import type { IngestEnvelope, Json, Masking } from '@kohort/kernel-contracts';

/** What a call brings. */
export interface CallContent {
  readonly items: readonly Json[];
  readonly envelope: IngestEnvelope;
}

/** A call without the personal data that its source is to mask. */
export function maskCall({ items, envelope }: CallContent, masking: Masking): CallContent {
  return {
    items: items.map((item) => masking.item(item)),
    envelope: { ...envelope, context: masking.context(envelope.context) },
  };
}

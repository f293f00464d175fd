import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { SecretBox, WorkspaceId } from '@kohort/kernel-contracts';

/** How long the secret of before is still signed with: receivers change over meanwhile. */
export const OVERLAP_MS = 86_400_000;

const kept = z.object({
  current: z.string(),
  previous: z.string().optional(),
  /** Epoch milliseconds. */
  previousUntil: z.number().optional(),
});

/** Where a sealed secret belongs. */
export interface ChangeSecretPlace {
  readonly workspaceId: WorkspaceId;
  readonly webhookId: string;
}

/** The signing secrets of the endpoints that are sent the change log. */
export interface ChangeSecrets {
  /** A new secret, `whsec_…` of 32 random bytes. */
  make(): string;
  seal(place: ChangeSecretPlace, secret: string): Uint8Array;
  /** The new secret beside the present one, which stays good for OVERLAP_MS; the one before that is gone. */
  reseal(place: ChangeSecretPlace & { readonly secrets: Uint8Array }, secret: string, nowMs: number): Uint8Array;
  /** Those that are signed with now, newest first. Throws  SECRETS_CANNOT_BE_OPENED */
  goodAt(of: ChangeSecretPlace & { readonly secrets: Uint8Array }, nowMs: number): readonly string[];
}

/** Keeps them in a box, each bound to its endpoint. */
export function changeSecrets(box: SecretBox): ChangeSecrets {
  const placeOf = ({ workspaceId, webhookId }: ChangeSecretPlace) => ({
    workspaceId,
    destinationKey: `change-webhook:${webhookId}`,
  });
  const open = (of: ChangeSecretPlace & { readonly secrets: Uint8Array }) =>
    kept.parse(box.open(placeOf(of), of.secrets));
  return {
    make: () => `whsec_${randomBytes(32).toString('base64')}`,
    seal: (place, secret) => box.seal(placeOf(place), { current: secret }),
    reseal: (of, secret, nowMs) =>
      box.seal(placeOf(of), { current: secret, previous: open(of).current, previousUntil: nowMs + OVERLAP_MS }),
    goodAt(of, nowMs) {
      const { current, previous, previousUntil = 0 } = open(of);
      return previous !== undefined && nowMs < previousUntil ? [current, previous] : [current];
    },
  };
}

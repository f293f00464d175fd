import { field, secret } from '@kohort/plugin-kit-sdk';
import { z } from 'zod';
import { MAX_MEMBERS } from './limits';
import { isSigningSecret } from './signature';

const signingSecret = z
  .string()
  .refine(isSigningSecret, 'must be whsec_ and base64 of 24 to 64 bytes, or whsk_ and base64 of an ed25519 key');

export const settings = z.strictObject({
  url: field(z.url({ protocol: /^https?$/ }), {
    label: 'Address',
    help: 'The https address that receives the messages.',
  }),
  secret: secret(signingSecret, {
    label: 'Signing secret',
    help: 'whsec_… (HMAC-SHA256) or whsk_… (ed25519), shared with the receiver.',
  }),
  previousSecret: secret(signingSecret.optional(), {
    label: 'Previous signing secret',
    help: 'While a secret is being replaced, messages are signed with both.',
  }),
  legacySecret: secret(z.string().min(1).optional(), {
    label: 'Legacy secret',
    help: 'Adds the header X-Signature (HMAC-SHA1) for receivers that only know the old scheme.',
  }),
  maxMembers: field(z.number().int().min(1).max(MAX_MEMBERS).default(MAX_MEMBERS), {
    label: 'Members a message',
    help: 'At most this many people are put in one message.',
  }),
});

export type Settings = z.output<typeof settings>;

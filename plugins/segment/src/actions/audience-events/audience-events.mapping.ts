import { field, type ActionContext, type MappedMember } from '@kohort/plugin-kit-sdk';
import type { JsonObject } from '@kohort/kernel-contracts';
import { z } from 'zod';
import type { Settings } from '../../settings';

/** What is known of one member here. Values are sent as they are: nothing is normalised or hashed. */
export const fields = z.object({
  userId: field(z.string().min(1).max(500).optional(), {
    label: 'User id',
    help: 'The id of the person in Segment; compared with capitals and small letters told apart.',
  }),
  anonymousId: field(z.string().min(1).max(500).optional(), {
    label: 'Anonymous id',
    help: 'Used when there is no user id, and sent beside it when there is.',
  }),
  email: field(z.string().optional(), {
    label: 'E-mail',
    help: 'Sent as traits.email with identify and as context.traits.email with track.',
  }),
  traits: field(z.record(z.string(), z.json()).optional(), {
    label: 'Traits',
    help: 'More traits for identify.',
  }),
});

export type Fields = z.output<typeof fields>;

type Identity = { userId: string; anonymousId?: string } | { userId?: string; anonymousId: string };

/** One call of the vendor's SDK. */
export type AudienceEvent = Identity & {
  readonly messageId: string;
  readonly timestamp: string;
  readonly context: JsonObject;
  readonly integrations: { readonly All?: boolean };
} & (
    | { readonly type: 'identify'; readonly traits: JsonObject }
    | { readonly type: 'track'; readonly event: string; readonly properties: JsonObject }
  );

function identityOf(given: Fields): Identity | null {
  const { userId, anonymousId } = given;
  if (userId !== undefined) return anonymousId === undefined ? { userId } : { userId, anonymousId };
  return anonymousId === undefined ? null : { anonymousId };
}

/**
 * The events of one change: an identify that sets the boolean, a track that tells of entering or leaving, or both. The
 * same change gives the same message ids. Null when there is nobody to name.
 */
export function toEvents(member: MappedMember<Fields>, context: ActionContext<Settings>): AudienceEvent[] | null {
  const { settings, segment } = context;
  const who = identityOf(member.fields);
  if (!who) return null;
  const entered = member.operation === 'add';
  const email: JsonObject = member.fields.email === undefined ? {} : { email: member.fields.email };
  const personas = {
    computation_class: 'audience',
    computation_id: segment.id,
    computation_key: segment.key,
    namespace: settings.spaceId,
    space_id: settings.spaceId,
  };
  const same = {
    ...who,
    timestamp: new Date(member.changedAt).toISOString(),
    integrations: settings.onlyThisSource ? { All: false } : {},
  };
  const events: AudienceEvent[] = [];
  if (settings.events !== 'track')
    events.push({
      ...same,
      type: 'identify',
      messageId: `${member.key}-identify`,
      traits: { ...member.fields.traits, ...email, [segment.key]: entered },
      context: { personas },
    });
  if (settings.events !== 'identify')
    events.push({
      ...same,
      type: 'track',
      event: entered ? 'Audience Entered' : 'Audience Exited',
      messageId: `${member.key}-track`,
      properties: { audience_key: segment.key, [segment.key]: entered },
      context: member.fields.email === undefined ? { personas } : { personas, traits: email },
    });
  return events;
}

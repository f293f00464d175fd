import { field, type ActionContext, type PreparedMember } from '@kohort/plugin-kit-sdk';
import { z } from 'zod';
import type { Settings } from '../../settings';

/** What a message can say of one member. */
export const fields = z.object({
  id: field(z.string().min(1), { label: 'Id', help: 'The id that the receiver knows the person by.' }),
  external_ids: field(z.record(z.string(), z.array(z.string())).optional(), {
    label: 'Other ids',
    help: 'All identifiers of the person, by type.',
  }),
  traits: field(z.record(z.string(), z.json()).optional(), {
    label: 'Traits',
    help: 'The mapped traits of the person.',
  }),
});

export type Fields = z.output<typeof fields>;

/** One member in a message. */
export interface Member extends Fields {
  readonly change_seq: number;
}

/** The message of some members who all enter or all leave. The same members give the same bytes. */
export function toMessage(members: readonly PreparedMember<Member>[], context: ActionContext<Settings>): string {
  const last = members.reduce((latest, member) => Math.max(latest, member.changedAt), 0);
  return JSON.stringify({
    type: 'audience.membership.changed',
    timestamp: new Date(last).toISOString(),
    data: {
      segment: { key: context.segment.key, id: context.segment.id, name: context.segment.name },
      sync_id: context.syncId,
      mode: 'diff',
      action: members[0]?.operation ?? 'add',
      members: members.map((member) => member.item),
    },
  });
}

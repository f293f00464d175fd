import { field, secret } from '@kohort/plugin-kit-sdk';
import { z } from 'zod';

export const settings = z.strictObject({
  writeKey: secret(z.string().min(1), {
    label: 'Write key',
    help: 'Of the source (HTTP API or Node.js) that takes the events.',
  }),
  host: field(z.url({ protocol: /^https?$/ }).default('https://api.segment.io'), {
    label: 'Host',
    help: 'https://api.segment.io, or https://events.eu1.segmentapis.com for a workspace in Dublin.',
  }),
  events: field(z.enum(['both', 'identify', 'track']).default('both'), {
    label: 'Events',
    help: 'Identify sets a boolean trait named after the segment; track sends Audience Entered and Audience Exited.',
  }),
  spaceId: field(z.string().min(1).max(100).default('kohort'), {
    label: 'Space id',
    help: 'Sent as namespace and space_id in context.personas.',
  }),
  onlyThisSource: field(z.boolean().default(false), {
    label: 'Keep in the source',
    help: 'Sends integrations.All = false, so that the events are not passed on to other destinations.',
  }),
});

export type Settings = z.output<typeof settings>;

import { join } from 'node:path';
import type { JsonObject } from '@kohort/kernel-contracts';
import { faults, pluginContract } from '@kohort/plugin-kit-testkit';
import { plugin } from '../src';

/** The SDK stamps the instant of sending and the version of Node. */
function steady(recorded: JsonObject): JsonObject {
  const text = JSON.stringify(recorded)
    .replace(/"sentAt":"[^"]+"/g, '"sentAt":"(instant of sending)"')
    .replace(/"nodeVersion":"[^"]+"/g, '"nodeVersion":"(version of Node)"');
  return JSON.parse(text);
}

pluginContract(plugin, {
  folder: join(__dirname, '..'),
  transport: 'http',
  good: (url) => ({ writeKey: 'wk_demo_42', host: url }),
  bad: [
    { why: 'no write key', settings: (url) => ({ host: url }) },
    { why: 'an empty write key', settings: (url) => ({ writeKey: '', host: url }) },
    { why: 'a host that is no address', settings: () => ({ writeKey: 'wk_demo_42', host: 'api.segment.io' }) },
    { why: 'an unknown kind of event', settings: (url) => ({ writeKey: 'wk_demo_42', host: url, events: 'page' }) },
  ],
  wrongCredentials: faults.status(401),
  required: { identifiers: { user_id: ['u-9'] }, traits: {} },
  full: {
    identifiers: { user_id: ['u-ada-17'], anonymous_id: ['anon-ada-17'], email: ['ada@example.org'] },
    traits: { plan: 'enterprise-plan' },
    changeVersion: 5,
  },
  fullMapping: {
    userId: 'identifiers.user_id',
    anonymousId: 'identifiers.anonymous_id',
    email: 'identifiers.email',
    'traits.plan': 'traits.plan',
  },
  steady,
  dedupeIds: (call) => JSON.parse(call.body).batch.map((event: { messageId: string }) => event.messageId),
});

import { join } from 'node:path';
import { faults, pluginContract } from '@kohort/plugin-kit-testkit';
import { plugin } from '../src';

const secret = 'whsec_c2VnLXN5bmMtZGVtby1zZWNyZXQtMzItYnl0ZXMteHg=';

pluginContract(plugin, {
  folder: join(__dirname, '..'),
  transport: 'http',
  good: (url) => ({ url, secret }),
  bad: [
    { why: 'no secret', settings: (url) => ({ url }) },
    { why: 'a secret that is too short', settings: (url) => ({ url, secret: 'whsec_c2hvcnQ=' }) },
    { why: 'no address', settings: () => ({ url: 'hooks', secret }) },
    { why: 'too many members a message', settings: (url) => ({ url, secret, maxMembers: 501 }) },
    { why: 'an unknown setting', settings: (url) => ({ url, secret, retries: 3 }) },
  ],
  wrongCredentials: faults.status(401),
  required: { identifiers: {}, traits: {} },
  full: {
    identifiers: { user_id: ['u-ada-17'], email: ['ada@example.org', 'ada@example.net'] },
    traits: { plan: 'enterprise-plan', seats: 12 },
    changeVersion: 5,
  },
  fullMapping: {
    id: 'profile.id',
    external_ids: 'identifiers',
    'traits.plan': 'traits.plan',
    'traits.seats': 'traits.seats',
  },
  dedupeIds: (call) => [call.headers['webhook-id'] ?? ''],
});

import { join } from 'node:path';
import { pluginContract } from '@kohort/plugin-kit-testkit';
import { plugin } from '../src';

pluginContract(plugin, {
  folder: join(__dirname, '..'),
  transport: 'files',
  good: () => ({ prefix: 'drops' }),
  bad: [
    { why: 'a folder above', settings: () => ({ prefix: '../etc' }) },
    { why: 'an absolute folder', settings: () => ({ prefix: '/etc' }) },
    { why: 'another format', settings: () => ({ format: 'xlsx' }) },
    { why: 'another delimiter', settings: () => ({ delimiter: '-' }) },
    { why: 'an unknown setting', settings: () => ({ bucket: 'b' }) },
  ],
  wrongCredentials: null,
  required: { identifiers: {}, traits: {} },
  full: {
    identifiers: {
      user_id: ['u-ada-17'],
      email: ['ada@example.org'],
      phone: ['+4915112345678'],
      anonymous_id: ['anon-ada-17'],
    },
    traits: { plan: 'enterprise-plan', tags: ['vip-tag', '=cmd'] },
    changeVersion: 5,
  },
  fullMapping: {
    profile_id: 'profile.id',
    user_id: 'identifiers.user_id',
    anonymous_id: 'identifiers.anonymous_id',
    email: 'identifiers.email',
    phone: 'identifiers.phone',
    'traits.plan': 'traits.plan',
    'traits.tags': 'traits.tags',
  },
  dedupeIds: () => [],
});

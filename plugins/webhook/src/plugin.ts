import { definePlugin } from '@kohort/plugin-kit-sdk';
import manifest from '../plugin.json';
import { sendMembers } from './actions/send-members/send-members.action';
import { check } from './check';
import { settings } from './settings';

/** Audiences as signed webhooks. */
export const plugin = definePlugin({ manifest, settings, actions: [sendMembers], check });

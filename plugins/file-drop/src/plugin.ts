import { definePlugin } from '@kohort/plugin-kit-sdk';
import manifest from '../plugin.json';
import { writeMembers } from './actions/write-members/write-members.action';
import { check } from './check';
import { settings } from './settings';

/** Audiences as files with a manifest. */
export const plugin = definePlugin({ manifest, settings, actions: [writeMembers], check });

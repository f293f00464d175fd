import { definePlugin } from '@kohort/plugin-kit-sdk';
import manifest from '../plugin.json';
import { audienceEvents } from './actions/audience-events/audience-events.action';
import { check } from './check';
import { settings } from './settings';

/** Audiences as Segment audience events. */
export const plugin = definePlugin({ manifest, settings, actions: [audienceEvents], check });

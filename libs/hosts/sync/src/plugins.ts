import type { Plugin } from '@kohort/plugin-kit-sdk';
import { plugin as fileDrop } from '@kohort/plugin-file-drop';
import { plugin as segment } from '@kohort/plugin-segment';
import { plugin as webhook } from '@kohort/plugin-webhook';

/** Every first-party connector, by id. `npm run new plugin` appends here. */
export const firstPartyPlugins: readonly Plugin[] = [fileDrop, segment, webhook];

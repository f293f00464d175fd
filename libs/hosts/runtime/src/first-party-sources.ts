import type { Source } from '@kohort/plugin-kit-sdk';
import { source as postgres } from '@kohort/plugin-postgres-source';
import { source as s3 } from '@kohort/plugin-s3-source';

/** Every first-party source, by id. `npm run new source` appends here. */
export const firstPartySources: readonly Source[] = [postgres, s3];

import type { Json } from '@kohort/kernel-contracts';

/** A message of a world: the Segment spec as an SDK would send it. */
export interface WorldMessage {
  readonly type: 'identify' | 'track' | 'page';
  readonly messageId: string;
  readonly timestamp: string;
  readonly userId?: string;
  readonly anonymousId?: string;
  readonly event?: string;
  readonly name?: string;
  readonly properties?: { readonly [key: string]: Json };
  readonly traits?: { readonly [key: string]: Json };
}

import { z } from 'zod';

/** Ids are branded, so that a profile's id cannot be handed in where a segment's is wanted. All are lower-case UUIDs. */
const uuid = z
  .string()
  .regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/, 'must be a lower-case UUID');

export const workspaceIdSchema = uuid.brand<'WorkspaceId'>();
export const sourceIdSchema = uuid.brand<'SourceId'>();
export const sourceConnectionIdSchema = uuid.brand<'SourceConnectionId'>();
export const batchIdSchema = uuid.brand<'BatchId'>();
export const eventIdSchema = uuid.brand<'EventId'>();
export const profileIdSchema = uuid.brand<'ProfileId'>();
export const segmentIdSchema = uuid.brand<'SegmentId'>();
export const modelIdSchema = uuid.brand<'ModelId'>();
export const runIdSchema = uuid.brand<'RunId'>();
export const destinationIdSchema = uuid.brand<'DestinationId'>();
export const syncIdSchema = uuid.brand<'SyncId'>();

export type WorkspaceId = z.infer<typeof workspaceIdSchema>;
export type SourceId = z.infer<typeof sourceIdSchema>;
export type SourceConnectionId = z.infer<typeof sourceConnectionIdSchema>;
export type BatchId = z.infer<typeof batchIdSchema>;
export type EventId = z.infer<typeof eventIdSchema>;
export type ProfileId = z.infer<typeof profileIdSchema>;
export type SegmentId = z.infer<typeof segmentIdSchema>;
export type ModelId = z.infer<typeof modelIdSchema>;
export type RunId = z.infer<typeof runIdSchema>;
export type DestinationId = z.infer<typeof destinationIdSchema>;
export type SyncId = z.infer<typeof syncIdSchema>;

/** Keys of segments, traits and models: snake_case, immutable, never reused. */
export const keySchema = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,62}$/, 'must be snake_case, start with a letter, at most 63 characters');

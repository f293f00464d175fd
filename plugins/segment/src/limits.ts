/** https://segment.com/docs/connections/sources/catalog/libraries/server/http-api/#max-request-size */
export const MAX_EVENT_BYTES = 32_768;

/** Surplus events of a larger batch are answered with 200 and dropped, so it must never be sent. */
export const MAX_BATCH_EVENTS = 2_500;

/** The limit is 500 KB; the vendor's SDK stops at 480. */
export const MAX_BATCH_BYTES = 470_000;

/** What the SDK adds to each event: `context.library`, `_metadata`, `integrations`. */
export const SDK_EVENT_BYTES = 256;

/** Longer message ids are dropped by the vendor without an error. */
export const MAX_MESSAGE_ID = 99;

export const REQUEST_TIMEOUT_MS = 20_000;

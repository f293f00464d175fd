/** The spec recommends 20 KB a message; bulk membership may use a configurable cap. */
export const MAX_BODY_BYTES = 262_144;

export const MAX_MEMBERS = 500;

/** The spec asks senders to give up after 15 to 30 seconds. */
export const REQUEST_TIMEOUT_MS = 20_000;

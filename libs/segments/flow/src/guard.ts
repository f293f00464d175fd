/** An edit that takes more than this share out of a segment is held for a person. */
export const GUARDED_SHARE = 0.3;

/** Words of the control memory that the threads of one task share. */
export const CONTROL = { next: 0, cancel: 1 } as const;

/** Bytes of it. */
export const CONTROL_BYTES = 8;

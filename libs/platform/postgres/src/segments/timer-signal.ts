/** Tells that a timer was set that is due soon. */
export const TIMER_CHANNEL = 'kohort_timer';

/**
 * Whoever waits for timers looks at least so often; one that is due sooner is told of when it is set. The look is for
 * notifications that were lost with their connection.
 */
export const TIMER_LOOK_MS = 5_000;

/**
 * A timer that is due sooner than this is told of: longer than the time between looks by what a transaction may take to
 * its commit. Few are so near, so that commits do not queue for the notification.
 */
export const TIMER_NEAR_MS = 3 * TIMER_LOOK_MS;

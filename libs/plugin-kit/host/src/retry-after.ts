const MIN_MS = 1_000;
const MAX_MS = 3_600_000;
/** Above this a reset is an instant (epoch seconds), below it a number of seconds. */
const EPOCH_SECONDS = 1_000_000_000;

function clamp(ms: number): number {
  return Math.min(MAX_MS, Math.max(MIN_MS, Math.round(ms)));
}

/** Date.parse takes nearly anything for a date; HTTP dates name a weekday and GMT (RFC 9110, 5.6.7). */
const HTTP_DATE = /^[A-Z][a-z]{2,8},? .*\d GMT$/;

/**
 * How long the destination asks us to wait: `Retry-After` (seconds or HTTP date), else `X-RateLimit-Reset`.
 *
 * Units   milliseconds, at least one second, at most one hour; null when nothing was asked for
 */
export function retryAfterOf(headers: Readonly<Record<string, string>>, nowMs: number): number | null {
  const asked = headers['retry-after']?.trim();
  if (asked !== undefined) {
    if (/^\d+(\.\d+)?$/.test(asked)) return clamp(Number(asked) * 1000);
    if (HTTP_DATE.test(asked)) {
      const at = Date.parse(asked);
      if (Number.isFinite(at)) return clamp(at - nowMs);
    }
  }
  const reset = headers['x-ratelimit-reset']?.trim();
  if (reset !== undefined && /^\d+(\.\d+)?$/.test(reset)) {
    const seconds = Number(reset);
    return clamp(seconds > EPOCH_SECONDS ? seconds * 1000 - nowMs : seconds * 1000);
  }
  return null;
}

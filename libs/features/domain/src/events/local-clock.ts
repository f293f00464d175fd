import { IANAZone } from 'luxon';
import type { Period } from './event-formula';

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** Wall time of a time zone, written as if it were UTC. */
export class LocalClock {
  private readonly zone: IANAZone;

  constructor(timeZone: string) {
    this.zone = IANAZone.create(timeZone);
  }

  private local(ts: number): number {
    return ts + this.zone.offset(ts) * 60_000;
  }

  /** 0 to 23. */
  hour(ts: number): number {
    return new Date(this.local(ts)).getUTCHours();
  }

  /** 1 Monday to 7 Sunday. */
  weekday(ts: number): number {
    return new Date(this.local(ts)).getUTCDay() || 7;
  }

  /** Number of the period that an instant lies in: neighbours differ by 1. */
  period(ts: number, period: Period): number {
    const local = this.local(ts);
    const day = Math.floor(local / DAY_MS);
    switch (period) {
      case 'hour':
        return Math.floor(local / HOUR_MS);
      case 'day':
        return day;
      case 'week':
        // 1 January 1970 was a Thursday.
        return Math.floor((day + 3) / 7);
      case 'month': {
        const date = new Date(local);
        return date.getUTCFullYear() * 12 + date.getUTCMonth() + 1;
      }
    }
  }
}

/** `LocalClock` as SQL over expressions of epoch milliseconds. */
export class LocalClockSql {
  constructor(private readonly zone: string) {}

  private local(ms: string): string {
    const offset = `timezoneOffset(toTimeZone(fromUnixTimestamp64Milli(${ms}, 'UTC'), ${this.zone}))`;
    return `(${ms} + toInt64(${offset}) * 1000)`;
  }

  private date(ms: string): string {
    return `fromUnixTimestamp64Milli(${this.local(ms)}, 'UTC')`;
  }

  hour(ms: string): string {
    return `toHour(${this.date(ms)})`;
  }

  weekday(ms: string): string {
    return `toDayOfWeek(${this.date(ms)})`;
  }

  period(ms: string, period: Period): string {
    const day = `floor(${this.local(ms)} / ${DAY_MS})`;
    switch (period) {
      case 'hour':
        return `toInt64(floor(${this.local(ms)} / ${HOUR_MS}))`;
      case 'day':
        return `toInt64(${day})`;
      case 'week':
        return `toInt64(floor((${day} + 3) / 7))`;
      case 'month':
        return `toInt64(toYear(${this.date(ms)})) * 12 + toMonth(${this.date(ms)})`;
    }
  }
}

import { fitBaseline, HISTORY_HOURS, type VolumeBaseline } from '../src/anomalies/volume-baseline';
import { silenceOf } from '../src/anomalies/judge-volume';
import { stepHour } from '../src/anomalies/step-alert';
import { HOUR, WORLD_START, hourlyWorld, type WorldOptions } from './volume-world';

export const WEEKS = 10;
export const HISTORY = HISTORY_HOURS;
export const at = (hour: number): number => WORLD_START + hour * HOUR;

/** The baseline of the weeks before an hour. */
export function baselineAt(counts: readonly number[], hour: number): VolumeBaseline {
  const from = Math.max(0, hour - HISTORY_HOURS);
  const fitted = fitBaseline({ startMs: at(from), counts: counts.slice(from, hour) });
  if (!fitted) throw new TypeError('no baseline');
  return fitted;
}

type Kind = 'drop' | 'spike';

/** Hours in which an alert of each kind is raised, each day held against the weeks before it. */
export function raised(counts: readonly number[], from = HISTORY, to = counts.length): Record<Kind, number[]> {
  const hours: Record<Kind, number[]> = { drop: [], spike: [] };
  let baseline = baselineAt(counts, from);
  for (let hour = from; hour < to; hour += 1) {
    if (hour % 24 === 0) baseline = baselineAt(counts, hour);
    const steps = stepHour(baseline, at(hour), [counts[hour - 1] ?? 0, counts[hour] ?? 0]);
    for (const { kind, step } of steps) if (step === 'raise') hours[kind].push(hour);
  }
  return hours;
}

/** Alerts: raised hours less than six hours apart are one. */
export function alertsOf(hours: readonly number[]): number {
  return hours.filter((hour, i) => i === 0 || hour - (hours[i - 1] ?? 0) > 6).length;
}

/** Rare to busy, chance alone to three times chance, still and growing. `seeds`: of each kind so many. */
export function worldsOf(seeds: number): readonly WorldOptions[] {
  return Array.from({ length: seeds }, (_, seed) =>
    [0.5, 5, 50, 500].flatMap((level) =>
      [0, 0.02, 0.1].map((tau2, i) => ({
        ...{ seed: seed * 1_000 + Math.round(level) * 3 + i, level, tau2, weeks: WEEKS },
        growth: (seed + i) % 2 === 0 ? 0 : 0.03,
      })),
    ),
  ).flat();
}

/** False alerts an event-week, and the part of planted faults that is found. */
export function figuresOf(worlds: readonly WorldOptions[]) {
  const faults = { outage: [0, 0], quarter: [0, 0], fourfold: [0, 0] } as Record<
    string,
    [found: number, planted: number]
  >;
  let alerts = 0;
  const plant = (name: string, options: WorldOptions, factor: number): void => {
    const [from, to] = name === 'outage' ? [HISTORY + 32, HISTORY + 44] : [HISTORY + 34, HISTORY + 42];
    const counts = hourlyWorld(options);
    for (let hour = from; hour < to; hour += 1) counts[hour] = Math.round((counts[hour] ?? 0) * factor);
    const hours = raised(counts, from, to)[factor > 1 ? 'spike' : 'drop'];
    const silence = silenceOf(baselineAt(counts, from), { lastAtMs: at(from), nowMs: at(to) });
    const isFound = hours.length > 0 || (factor === 0 && silence.score > 1);
    const tally = faults[name] ?? [0, 0];
    faults[name] = [tally[0] + (isFound ? 1 : 0), tally[1] + 1];
  };
  for (const options of worlds) {
    const { drop, spike } = raised(hourlyWorld(options));
    alerts += alertsOf(drop) + alertsOf(spike);
    if (options.level >= 5) plant('outage', options, 0);
    if (options.level < 50 || options.tau2 > 0.02) continue;
    plant('quarter', options, 0.25);
    plant('fourfold', options, 4);
  }
  const share = (name: string): number => (faults[name]?.[0] ?? 0) / Math.max(1, faults[name]?.[1] ?? 0);
  return {
    eventWeeks: worlds.length * 2,
    falseAlertsAWeek: alerts / (worlds.length * 2),
    outages: share('outage'),
    quarters: share('quarter'),
    fourfolds: share('fourfold'),
  };
}

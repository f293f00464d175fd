import type { ParamLimits } from '@kohort/ml-core';

/** How to lay a map over the rows. */
export interface SomParams {
  /** Units beside each other and below each other. */
  readonly width: number;
  readonly height: number;
  readonly grid: 'hexagonal' | 'rectangular';
  /** Rounds in which all rows are assigned and all units move. */
  readonly rounds: number;
  /** How far a unit moves its neighbours along at the beginning, in steps of the grid; 0: half the longer side. */
  readonly startRadius: number;
  /** The same at the end. Near 0 each unit is the mean of its own rows. */
  readonly endRadius: number;
  /** Groups of units, which are then the clusters; 0: every unit is a cluster. */
  readonly groups: number;
}

export const somDefaults: SomParams = {
  width: 6,
  height: 6,
  grid: 'hexagonal',
  rounds: 60,
  startRadius: 0,
  endRadius: 0.25,
  groups: 0,
};

const side = {
  kind: 'number',
  min: 1,
  max: 64,
  integer: true,
  unit: 'units',
  help: 'units along a side of the map',
} as const;
const radius = { kind: 'number', min: 0, max: 64, integer: false, unit: 'steps of the grid' } as const;

/** The limits of the parameters. */
export const somLimits: ParamLimits<SomParams> = {
  width: side,
  height: side,
  grid: { kind: 'choice', allowed: ['hexagonal', 'rectangular'], help: 'six or four neighbours a unit' },
  rounds: { kind: 'number', min: 1, max: 10_000, integer: true, unit: 'rounds', help: 'rounds of assign and move' },
  startRadius: { ...radius, help: 'reach of a unit at the beginning; 0 for half the longer side' },
  endRadius: { ...radius, min: 0.05, help: 'reach of a unit at the end' },
  groups: { kind: 'number', min: 0, max: 1024, integer: true, unit: 'groups', help: 'groups of units; 0 for none' },
};

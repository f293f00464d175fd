import { checkpointJson, readCheckpoint } from './run-checkpoint';

describe('a run’s checkpoint', () => {
  it('begins at the beginning, with the instant of the start', () => {
    expect(readCheckpoint(null, 42)).toMatchObject({ compared: false, guarded: false, sequence: 0, startedAt: 42 });
  });

  it('is read back as it was written', () => {
    const begun = readCheckpoint(null, 42);
    const later = {
      ...begun,
      sequence: 3,
      compared: true,
      funnel: { ...begun.funnel, segment: 7, reasons: { HTTP_400: 1 } },
    };
    expect(readCheckpoint(checkpointJson(later), 99)).toEqual(later);
  });

  it('that cannot be read is a beginning, never a guess', () => {
    expect(readCheckpoint({ sequence: -1 }, 5)).toEqual(readCheckpoint(null, 5));
  });
});

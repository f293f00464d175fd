import { figuresOf, worldsOf } from '../../test/volume-figures';

describe('alerts of volume over many seeds', () => {
  it('finds what is planted, and seldom calls out for nothing', () => {
    const figures = figuresOf(worldsOf(25));
    expect(figures.eventWeeks).toBe(600);
    expect(figures.falseAlertsAWeek).toBeLessThan(0.03);
    expect(figures.outages).toBeGreaterThanOrEqual(0.97);
    expect(figures.quarters).toBeGreaterThanOrEqual(0.99);
    expect(figures.fourfolds).toBeGreaterThanOrEqual(0.99);
  });
});

import golden from './reference/assignment.golden.json';
import { optimalAssignment } from './optimal-assignment';

describe('optimalAssignment against scipy', () => {
  it.each(golden.cases)('$name', ({ rows, cols, most, costs, columns, total }) => {
    const never = most ? -Infinity : Infinity;
    const goal = most ? 'most' : 'least';
    const found = optimalAssignment({ costs: costs.map((cost) => cost ?? never), rows, cols, goal });
    expect(Math.abs(found.total - total)).toBeLessThanOrEqual(golden.tolerance * Math.max(1, Math.abs(total)));
    // Whole numbers may tie; everything else has one answer.
    if (!costs.every((cost) => Number.isInteger(cost)) || costs.length === 1)
      expect([...found.columns]).toEqual(columns);
  });
});

import { checkLinks, knownRows, namedUnkept } from './known-rows';
import { guidedErrors } from '@kohort/ml-guided';

const ids = ['ann', 'bob', 'cyd', 'dan'];
const refusal = (code: string, message: RegExp) =>
  expect.objectContaining({ code, message: expect.stringMatching(message) });

describe('what is known of people', () => {
  it('is known of their rows', () => {
    expect(knownRows(ids, {})).toEqual({});
    const seeds = [
      { group: 'loyal', people: ['dan', 'ann', 'ann'] },
      { group: 'new', people: ['bob'] },
    ];
    expect(knownRows(ids, { seeds, mustLink: [['bob', 'cyd']] })).toEqual({
      seeds: ['loyal', 'new', null, 'loyal'],
      links: { mustLink: [[1, 2]], cannotLink: [] },
    });
  });

  it('is refused of strangers, and of one person in two groups', () => {
    const links = { cannotLink: [['ann', 'eve']] } as const;
    expect(() => knownRows(ids, links)).toThrow(refusal('CLUSTERS_KNOWN_STRANGER', /^a link names eve, who is not/));
    const seeds = [
      { group: 'loyal', people: ['ann'] },
      { group: 'new', people: ['ann'] },
    ];
    expect(() => knownRows(ids, { seeds })).toThrow(refusal('CLUSTERS_KNOWN_TWICE', /^ann is .* loyal and new$/));
  });

  it('names those whose links contradict each other, or cannot be kept', () => {
    const must = [[0, 1] as const, [1, 2] as const];
    const torn = () => checkLinks({ mustLink: must, cannotLink: [[0, 2]] }, ids);
    expect(torn).toThrow(refusal('CLUSTERS_LINKS_CONFLICT', /^ann and cyd may not be together.*\(1 such pair\)$/));
    const itself = () => checkLinks({ mustLink: [[3, 3]], cannotLink: [] }, ids);
    expect(itself).toThrow(refusal('CLUSTERS_LINK_SELF', /^dan is linked with itself$/));
    expect(() => checkLinks({ mustLink: must, cannotLink: [[0, 3]] }, ids)).not.toThrow();
    const unkept = guidedErrors.GUIDED_UNSATISFIABLE({ k: 2, unkept: 1, first: 0, second: 3 });
    expect(namedUnkept(unkept, ids)).toEqual(refusal('CLUSTERS_LINKS_UNKEPT', /between ann and dan;/));
    const other = new TypeError('other');
    expect(namedUnkept(other, ids)).toBe(other);
  });
});

import type { FeatureDefinition } from './feature-definition';
import { editFeatureSet, isSameFeatureSet, readFeatureSet } from './edit-feature-set';
import { featureSet } from './feature-set';
import { planFeatures } from './plan-features';

const own = (key: string, days = 30): FeatureDefinition => ({
  key,
  label: 'Coupons used',
  unit: 'coupons',
  formula: { measure: 'events', name: 'Coupon Used', window: { days } },
});
const keysOf = (set: readonly FeatureDefinition[]): string[] => set.map(({ key }) => key);

describe('editFeatureSet', () => {
  const built = featureSet();

  it('adds behind what is there, changes in place, and leaves the set that it was given', () => {
    const before = JSON.stringify(built);
    const withOne = editFeatureSet(built, { set: [own('coupons')], remove: [] });
    expect(keysOf(withOne)).toEqual([...keysOf(built), 'coupons']);
    const changed = editFeatureSet(withOne, { set: [own('coupons', 90), own('more')], remove: [] });
    expect(keysOf(changed)).toEqual([...keysOf(withOne), 'more']);
    expect(changed.find(({ key }) => key === 'coupons')).toEqual(own('coupons', 90));
    expect(keysOf(editFeatureSet(changed, { set: [], remove: ['coupons'] }))).toEqual([...keysOf(built), 'more']);
    expect(JSON.stringify(built)).toBe(before);
  });

  it('lets built-in traits be changed and not removed', () => {
    const monetary = { ...own('monetary'), label: 'Paid' };
    expect(editFeatureSet(built, { set: [monetary], remove: [] })).toContainEqual(monetary);
    const remove = (key: string) => () => editFeatureSet(built, { set: [], remove: [key] });
    expect(remove('monetary')).toThrow(expect.objectContaining({ code: 'FEATURES_BUILT_IN' }));
    expect(remove('nothing')).toThrow(expect.objectContaining({ code: 'FEATURES_UNKNOWN' }));
  });

  it('refuses a key twice, and more than a workspace may have', () => {
    const twice = () => editFeatureSet(built, { set: [own('a'), own('a')], remove: [] });
    expect(twice).toThrow(expect.objectContaining({ code: 'FEATURES_KEY_TWICE' }));
    const many = Array.from({ length: 101 - built.length }, (_, n) => own(`k${n}`));
    expect(editFeatureSet(built, { set: many.slice(1), remove: [] })).toHaveLength(100);
    const tooMany = () => editFeatureSet(built, { set: many, remove: [] });
    expect(tooMany).toThrow(expect.objectContaining({ code: 'FEATURES_SET_TOO_LARGE' }));
  });

  it('gives what can be stored and read again', () => {
    const all = editFeatureSet(built, { set: [own('coupons')], remove: [] });
    expect(readFeatureSet(1_000, JSON.parse(JSON.stringify(all)))).toEqual(all);
    expect(readFeatureSet(1, null)).toEqual(built);
    for (const [version, stored] of [
      [1_000, [{ key: 'x' }]],
      [7, null],
    ] as const) {
      const read = () => readFeatureSet(version, stored);
      expect(read).toThrow(expect.objectContaining({ code: 'FEATURES_VERSION_UNKNOWN' }));
    }
    expect(isSameFeatureSet(all, built)).toBe(false);
    const turned = { ...own('coupons'), formula: { window: { days: 30 }, name: 'Coupon Used', measure: 'events' } };
    expect(isSameFeatureSet([own('coupons')], [turned as FeatureDefinition])).toBe(true);
  });
});

describe('planFeatures', () => {
  const standing = {
    version: 1_004,
    definitions: editFeatureSet(featureSet(), { set: [own('a'), own('b')], remove: [] }),
  };

  it('says what comes, changes and stays, and names what only the workspace has', () => {
    const monetary = { ...own('monetary') };
    const wanted = [own('a'), { ...own('b', 90), label: 'New' }, own('c'), monetary];
    const plan = planFeatures(wanted, standing, { prune: false });
    expect(plan.version).toBe(1_004);
    expect(plan.steps.map(({ action, key, fields }) => [action, key, fields])).toEqual([
      ['unchanged', 'a', []],
      ['change', 'b', ['label', 'formula']],
      ['create', 'c', []],
      ['change', 'monetary', ['label', 'unit', 'formula']],
    ]);
    expect(plan.onlyThere).toEqual([]);
    expect(planFeatures([own('a')], standing, { prune: false }).onlyThere).toEqual(['b']);
  });

  it('removes the workspace’s own alone when it is told to', () => {
    const { steps, onlyThere } = planFeatures([own('a')], standing, { prune: true });
    expect(steps.map(({ action, key }) => [action, key])).toEqual([
      ['unchanged', 'a'],
      ['remove', 'b'],
    ]);
    expect(onlyThere).toEqual([]);
  });
});

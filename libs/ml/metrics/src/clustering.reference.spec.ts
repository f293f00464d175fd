import type { Matrix } from '@kohort/ml-core';
import { adjustedRandIndex } from './adjusted-rand-index';
import { calinskiHarabasz } from './calinski-harabasz';
import { clusterGroups } from './cluster-groups';
import { clusterJaccards } from './cluster-jaccards';
import { daviesBouldin } from './davies-bouldin';
import { classAgreement } from './homogeneity';
import { inertia } from './inertia';
import { kmeansBic } from './kmeans-bic';
import { adjustedMutualInformation, normalizedMutualInformation } from './mutual-information';
import golden from './reference/clustering.golden.json';
import { silhouette } from './silhouette';
import { simplifiedSilhouette } from './simplified-silhouette';

const within = (got: number, wanted: number, tolerance: number): void => {
  expect(Math.abs(got - wanted)).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(wanted)));
};

describe('measures of clusterings against scikit-learn and numpy', () => {
  it.each(golden.matrices)('$name', async ({ data, rows, cols, labels, ...wanted }) => {
    const matrix: Matrix = { data: Float32Array.from(data), rows, cols };
    const got = await silhouette(matrix, labels);
    expect(got).toMatchObject({ method: 'exact', rowsUsed: rows });
    within(got.value, wanted.silhouette, 1e-6);
    within(daviesBouldin(matrix, labels), wanted.daviesBouldin, 1e-9);
    within(calinskiHarabasz(matrix, labels), wanted.calinskiHarabasz, 1e-9);
    within(simplifiedSilhouette(matrix, labels).value, wanted.simplifiedSilhouette, 1e-9);
    const { index, means, sizes } = clusterGroups(matrix, labels);
    const spread = inertia(matrix, index, means);
    within(kmeansBic({ sizes: [...sizes], cols, inertia: spread }), wanted.bic, 1e-9);
  });

  it.each(golden.pairs)('$name', ({ first, second, ari, nmi, ami, jaccards, ...wanted }) => {
    within(adjustedRandIndex(first, second), ari, 1e-9);
    within(normalizedMutualInformation(first, second), nmi, 1e-9);
    within(adjustedMutualInformation(first, second), ami, 1e-9);
    within(adjustedRandIndex(second, first), ari, 1e-9);
    const { homogeneity, completeness, vMeasure } = classAgreement(first, second);
    within(homogeneity, wanted.homogeneity, 1e-9);
    within(completeness, wanted.completeness, 1e-9);
    within(vMeasure, wanted.vMeasure, 1e-9);
    expect([...clusterJaccards(first, second, jaccards.length)]).toEqual(jaccards);
  });
});

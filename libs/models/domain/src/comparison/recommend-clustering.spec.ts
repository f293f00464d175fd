import { recommendClustering, type JudgedClustering } from './recommend-clustering';

const judged = (algorithm: string, separation: number): JudgedClustering => ({
  algorithm,
  title: algorithm.toUpperCase(),
  asked: 3,
  k: 3,
  noise: 0,
  sizes: [60, 60, 58],
  scores: {
    silhouette: separation,
    silhouetteMethod: null,
    simplifiedSilhouette: null,
    daviesBouldin: null,
    calinskiHarabasz: null,
    inertia: 100,
    bic: null,
    coverage: 1,
    separation,
  },
  stability: null,
});

describe('recommendClustering of networks', () => {
  const both = [judged('kmeans', 0.3), judged('vae', 0.5)];

  it('takes the better one where there are rows enough, and leaves a network out where there are few', () => {
    expect(recommendClustering(both)).toMatchObject({ algorithm: 'vae' });
    const few = recommendClustering(both, ['autoencoder', 'vae']);
    expect(few).toMatchObject({ algorithm: 'kmeans', k: 3 });
    expect(few?.reasons.join(' ')).toContain('learns little from so few rows');
    expect(few?.reasons.join(' ')).toContain('VAE');
  });

  it('takes a network where nothing else was tried', () => {
    const alone = recommendClustering([judged('vae', 0.5)], ['vae']);
    expect(alone).toMatchObject({ algorithm: 'vae' });
    expect(alone?.reasons.join(' ')).not.toContain('Left out');
  });
});

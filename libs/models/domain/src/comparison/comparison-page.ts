import { escapeHtml, htmlPage } from '@kohort/kernel-pages';
import type { Candidate, Comparison } from './compare-clusterings';

/** What a page of a comparison shows. */
export interface ComparisonPageContent {
  readonly title: string;
  readonly comparison: Comparison;
}

const WIDTH = 640;
const HEIGHT = 240;
const MARGIN = 24;
/** Okabe & Ito 2008: told apart by colour-blind eyes too. */
const COLORS = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#d55e00', '#8a6fc9', '#5a5a5a'];

type Judged = Extract<Candidate, { status: 'judged' }>;

const count = (value: number): string => value.toLocaleString('en-GB');
const figure = (value: number | null | undefined): string =>
  value === null || value === undefined ? '–' : value.toFixed(3);
const colorOf = (at: number): string => COLORS[at % COLORS.length] ?? '#5a5a5a';

/** Separation over k: a line an algorithm, a dot where it finds k itself. */
function chart(judged: readonly Judged[]): string {
  const [low, high] = [Math.min(...judged.map(({ k }) => k)), Math.max(...judged.map(({ k }) => k))];
  const most = Math.max(...judged.map(({ scores }) => scores.separation), 0.01);
  const least = Math.min(...judged.map(({ scores }) => scores.separation), 0);
  const x = (k: number): string => (MARGIN + ((k - low) / Math.max(1, high - low)) * (WIDTH - 2 * MARGIN)).toFixed(1);
  const y = (value: number): string =>
    (HEIGHT - MARGIN - ((value - least) / (most - least)) * (HEIGHT - 2 * MARGIN)).toFixed(1);
  const names = [...new Set(judged.map(({ algorithm }) => algorithm))];
  const shapes = names.map((name, at) => {
    const own = judged.filter(({ algorithm }) => algorithm === name).sort((a, b) => a.k - b.k);
    const line = own.map(({ k, scores }, i) => `${i === 0 ? 'M' : 'L'}${x(k)} ${y(scores.separation)}`).join('');
    const dots = own.map(
      ({ k, scores, title }) =>
        `<circle cx="${x(k)}" cy="${y(scores.separation)}" r="4" fill="${colorOf(at)}"><title>${escapeHtml(title)}, ${k} clusters: ${figure(scores.separation)}</title></circle>`,
    );
    return `<path d="${line}" stroke="${colorOf(at)}"/>${dots.join('')}`;
  });
  const ticks = Array.from({ length: high - low + 1 }, (_, at) => low + at).map(
    (k) => `<text x="${x(k)}" y="${HEIGHT - 4}">${k}</text>`,
  );
  const legend = names.map((name, at) => {
    const title = judged.find(({ algorithm }) => algorithm === name)?.title ?? name;
    return `<li><i style="background:${colorOf(at)}"></i>${escapeHtml(title)}</li>`;
  });
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="separation over the number of clusters">${shapes.join('')}${ticks.join('')}</svg><ul class="legend">${legend.join('')}</ul>`;
}

function row(one: Candidate, chosen: boolean): string {
  const head = `<td>${escapeHtml(one.title)}</td>`;
  if (one.status !== 'judged') {
    return `<tr class="quiet">${head}<td class="n">${one.asked ?? ''}</td><td colspan="8">${escapeHtml(one.reason)}</td><td class="n">${one.seconds.toFixed(1)}</td></tr>`;
  }
  const { scores, stability, truth } = one;
  const figures = [
    scores.separation,
    scores.silhouette,
    scores.daviesBouldin,
    stability?.agreement,
    stability?.weakestJaccard,
    truth?.ari,
  ];
  const cells = figures.map((value) => `<td class="n">${figure(value)}</td>`).join('');
  return `<tr${chosen ? ' class="chosen"' : ''}>${head}<td class="n">${one.k}</td><td class="n">${count(one.noise)}</td>${cells}<td>${one.sizes.map(count).join(', ')}</td><td class="n">${one.seconds.toFixed(1)}</td></tr>`;
}

const STYLE = `table{border-collapse:collapse;font-size:.9rem;width:100%}td,th{padding:.15rem .4rem;text-align:left}td.n,th.n{text-align:right}.chosen{font-weight:bold;background:#3b7dd822}
svg{max-width:720px}path{fill:none;stroke-width:2}text{font-size:11px;text-anchor:middle;fill:currentColor}.legend{list-style:none;padding:0;columns:12rem}.legend i{display:inline-block;width:.8em;height:.8em;border-radius:50%;margin-right:.4em}.warning{color:#b26a00}`;

const HEAD = ['k', 'noise', 'separation', 'silhouette', 'Davies–Bouldin', 'stability', 'weakest', 'ARI'];

/** One self-contained page: the recommendation with its reasons, separation over k, and the table of all candidates. */
export function comparisonPage({ title, comparison }: ComparisonPageContent): string {
  const { candidates, recommendation, kmeansCriteria, warnings, rows, rowsCompared } = comparison;
  const judged = candidates.filter((one) => one.status === 'judged');
  const reasons = recommendation?.reasons ?? ['No clustering holds half of the rows in two clusters or more.'];
  const criteria = Object.entries(kmeansCriteria ?? {}).map(([name, k]) => `${name} ${k ?? '–'}`);
  const lines = [
    ...(rowsCompared < rows ? [`Compared on ${count(rowsCompared)} of ${count(rows)} rows, drawn at random.`] : []),
    ...(criteria.length > 0 ? [`k of k-means by single criteria (gap 1: no clusters): ${criteria.join(', ')}.`] : []),
    'Separation: silhouette × share of the rows in a cluster. Stability: agreement (adjusted Rand) with clusterings of resampled rows; weakest: Jaccard similarity of the cluster found again worst.',
  ];
  const isChosen = (one: Candidate): boolean =>
    one.algorithm === recommendation?.algorithm && one.asked === recommendation.asked;
  const head = HEAD.map((name) => `<th class="n">${name}</th>`).join('');
  const body = `<ul>${reasons.map((one) => `<li>${escapeHtml(one)}</li>`).join('')}${warnings.map(({ message }) => `<li class="warning">${escapeHtml(message)}</li>`).join('')}</ul>
${judged.length > 0 ? chart(judged) : ''}
<table><tr><th>algorithm</th>${head}<th>sizes</th><th class="n">s</th></tr>${candidates.map((one) => row(one, isChosen(one))).join('')}</table>
<ul class="quiet">${lines.map((one) => `<li>${escapeHtml(one)}</li>`).join('')}</ul>`;
  return htmlPage({ title, style: STYLE, body });
}

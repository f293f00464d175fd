import { barChart, escapeHtml, htmlPage } from '@kohort/kernel-pages';
import { featureLabel } from '../clusters/feature-roles';
import type { ClusterStories, ClusterStory } from './cluster-stories';
import type { FeatureHistogram } from './feature-histogram';

/** What a page of profile sheets shows. */
export interface SheetPageContent {
  readonly title: string;
  readonly stories: ClusterStories;
  readonly featureNames: readonly string[];
  /** Sentences about the whole: how the clusters were made, what to be careful with. */
  readonly notes: readonly string[];
}

const percent = (share: number): string => `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;
const count = (value: number): string => value.toLocaleString('en-GB');
const figure = (value: number): string => String(Number(value.toPrecision(4)));

function cellOf(value: number | string | null): string {
  if (value === null) return '–';
  return typeof value === 'string' ? escapeHtml(value) : figure(value);
}

function picture({ feature, edges, cluster, everybody }: FeatureHistogram): string {
  const bars = cluster.map((share, bin) => {
    const range = `${figure(edges[bin] ?? 0)} to ${figure(edges[bin + 1] ?? 0)}`;
    const level = everybody[bin] ?? 0;
    return { height: share, level, note: `${range}: ${percent(share)} here, ${percent(level)} of everybody` };
  });
  const label = featureLabel(feature);
  return `<figure>${barChart(bars, `${label} in this cluster and in everybody`)}<figcaption>${escapeHtml(label)}: ${figure(edges[0] ?? 0)} to ${figure(edges.at(-1) ?? 0)}</figcaption></figure>`;
}

/** Effects as bars to the left and right of everybody's mean; of words the means are shares. */
function effects({ sheet: { features, categories = [] } }: ClusterStory): string {
  const told = [
    ...features.map(({ label, clusterMean, overallMean, effectSize }) => {
      return { label, effectSize, here: figure(clusterMean), there: figure(overallMean) };
    }),
    ...categories.map(({ label, shareOfCluster, shareOfPeople, effectSize }) => {
      return { label, effectSize, here: percent(shareOfCluster), there: percent(shareOfPeople) };
    }),
  ];
  const most = Math.max(...told.map(({ effectSize }) => Math.abs(effectSize)), 1);
  const rows = told.map(({ label, here, there, effectSize }) => {
    const width = (50 * Math.abs(effectSize)) / most;
    const left = effectSize < 0 ? 50 - width : 50;
    const bar = `<div class="effect"><i style="left:${left.toFixed(1)}%;width:${width.toFixed(1)}%"></i></div>`;
    return `<tr><td>${escapeHtml(label)}</td><td class="n">${here}</td><td class="n">${there}</td><td>${bar}</td><td class="n">${effectSize > 0 ? '+' : ''}${effectSize.toFixed(2)}</td></tr>`;
  });
  return `<table><tr><th>what sets it apart</th><th class="n">mean</th><th class="n">everybody</th><th></th><th class="n">effect, sd</th></tr>${rows.join('')}</table>`;
}

function exemplarRows({ exemplars, exemplarsOf }: ClusterStory, featureNames: readonly string[]): string {
  const head = featureNames.map((name) => `<th class="n">${escapeHtml(featureLabel(name))}</th>`).join('');
  const rows = exemplars.map(({ id, values }) => {
    const cells = values.map((value) => `<td class="n">${cellOf(value)}</td>`).join('');
    return `<tr><td>${escapeHtml(id)}</td>${cells}</tr>`;
  });
  return `<h3>Who stands for it</h3><div class="wide"><table><tr><th>id</th>${head}</tr>${rows.join('')}</table></div><p class="quiet">most central of ${count(exemplarsOf)} compared</p>`;
}

function ruleLines({ rules, ruleFidelity, noRule, importance }: ClusterStory): string {
  const { precision, recall } = ruleFidelity;
  const trust = `Of the people these rules name ${precision === null ? 'none was held out' : `${percent(precision)} are of the cluster`}; they find ${recall === null ? 'nobody' : percent(recall)} of it (on rows held out).`;
  const leans = importance.slice(0, 5).map(({ feature, value }) => `${featureLabel(feature)} ${value.toFixed(3)}`);
  const lines = rules.map((rule) => `<li>${escapeHtml(rule)}</li>`).join('');
  const body = noRule === null ? `<ul>${lines}</ul><p class="quiet">${trust}</p>` : `<p>${escapeHtml(noRule)}</p>`;
  return `<h3>In rules, any of</h3>${body}<p class="quiet">The rules lean on: ${escapeHtml(leans.join(', ') || 'nothing')} (mean absolute SHAP value).</p>`;
}

function article(story: ClusterStory, featureNames: readonly string[]): string {
  const { sheet, churn, confidence } = story;
  const facts = [
    `${count(sheet.size)} people, ${percent(sheet.shareOfPeople)}`,
    ...(sheet.shareOfValue === null ? [] : [`${percent(sheet.shareOfValue)} of the value`]),
    ...(churn ? [`${percent(churn.share)} lost (everybody ${percent(churn.everybody)})`] : []),
    ...(confidence === null ? [] : [`mean confidence ${confidence.toFixed(2)}`]),
  ];
  return `<article id="${escapeHtml(sheet.key)}"><h2>${escapeHtml(sheet.name)}</h2><p><b>${facts.join(' · ')}</b></p>
<p>Because: ${escapeHtml(sheet.evidence.join('; '))}</p><p>Do: ${escapeHtml(sheet.suggestedAction)}</p>
${effects(story)}<div class="pictures">${story.histograms.map(picture).join('')}</div>
${exemplarRows(story, featureNames)}${ruleLines(story)}</article>`;
}

/** Clusters side by side: bars of their shares of people, with the share of value as a line. */
function overview({ clusters }: ClusterStories): string {
  const bars = clusters.map(({ sheet }) => ({
    height: sheet.shareOfPeople,
    ...(sheet.shareOfValue === null ? {} : { level: sheet.shareOfValue }),
    note: `${sheet.name}: ${percent(sheet.shareOfPeople)} of the people${sheet.shareOfValue === null ? '' : `, ${percent(sheet.shareOfValue)} of the value`}`,
  }));
  const items = clusters.map(
    ({ sheet }) =>
      `<li><a href="#${escapeHtml(sheet.key)}">${escapeHtml(sheet.name)}</a> ${percent(sheet.shareOfPeople)}</li>`,
  );
  return `<div class="overview">${barChart(bars, 'share of people, and of value as a line')}<ol>${items.join('')}</ol></div>`;
}

const STYLE = `article{border:1px solid #8885;border-radius:8px;padding:.4rem 1rem;margin:1.2rem 0}h2{font-size:1.2rem}h3{font-size:1rem}
table{border-collapse:collapse;font-size:.9rem;width:100%}td,th{padding:.1rem .4rem;text-align:left}td.n,th.n{text-align:right}.wide{overflow-x:auto}
rect{fill:#3b7dd8}path{stroke:#e69f00;stroke-width:2;fill:none}.pictures{display:grid;grid-template-columns:repeat(auto-fill,minmax(220px,1fr));gap:1rem}figure{margin:.6rem 0}figcaption{font-size:.85rem}
.effect{position:relative;height:.8em;min-width:8rem;background:linear-gradient(#8888,#8888) center/1px 100% no-repeat}.effect i{position:absolute;top:0;bottom:0;background:#3b7dd8}
.overview{max-width:640px}`;

/** One self-contained page with the sheet of every cluster; bars are the cluster, orange lines everybody. */
export function sheetPage({ title, stories, featureNames, notes }: SheetPageContent): string {
  const { surrogate, noise } = stories;
  const lines = [
    ...notes,
    ...(noise > 0 ? [`${count(noise)} people are in no cluster.`] : []),
    `Rules place ${percent(surrogate.fidelity)} of ${count(surrogate.rowsHeldOut)} held-out people as the clustering does; always naming the largest cluster would place ${percent(surrogate.baseline)}.`,
    'Bars are the cluster, orange lines are everybody.',
  ];
  const body = `<ul>${lines.map((line) => `<li>${escapeHtml(line)}</li>`).join('')}</ul>
${overview(stories)}
${stories.clusters.map((story) => article(story, featureNames)).join('\n')}`;
  return htmlPage({ title, style: STYLE, body });
}

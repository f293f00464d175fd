import { barChart, escapeHtml, htmlPage } from '@kohort/kernel-pages';
import type { ColumnDrift, TableDrift } from '../drift/compare-profiles';
import type { Finding } from '../fixes/finding';
import type { ColumnProfile } from '../profile/column-profile';
import type { TableProfile } from '../profile/table-profile';
import { readableNumber, readableShare, spanOf, typicalOf } from './column-summary';

/** What a page shows. */
export interface PageContent {
  readonly title: string;
  readonly profile: TableProfile;
  readonly findings: readonly Finding[];
  readonly drift: TableDrift | null;
}

const SHOWN_VALUES = 10;

function chartOf(column: ColumnProfile): string {
  const figures = column.numbers ?? column.times;
  if (figures && !column.isIdentifier) {
    const { edges, rows, below, above } = figures.histogram;
    const text = column.times ? (value: number) => new Date(value).toISOString().slice(0, 10) : readableNumber;
    const bars = rows.map((count, i) => ({
      height: count,
      note: `${text(edges[i] ?? 0)} to ${text(edges[i + 1] ?? 0)}: ${count.toLocaleString('en-GB')}`,
    }));
    const beyond = below + above > 0 ? `<p class="quiet">${below + above} rows lie beyond the picture</p>` : '';
    return barChart(bars, `histogram of ${column.name}`) + beyond;
  }
  if (column.isIdentifier || (column.top[0]?.rows ?? 0) < 2) return '';
  const rows = column.top.slice(0, SHOWN_VALUES).map(({ value, rows: count }) => {
    const share = count / Math.max(column.present, 1);
    return `<tr><td>${escapeHtml(value)}</td><td class="n">${count.toLocaleString('en-GB')}</td><td><div class="bar" style="width:${(share * 120).toFixed(1)}px"></div></td></tr>`;
  });
  return `<table class="values">${rows.join('')}</table>`;
}

function figuresOf(column: ColumnProfile): string {
  const pairs: [string, string][] = [
    ['type', `${column.type}${column.typeShareOfOne < 1 ? ` (${readableShare(column.typeShareOfOne)})` : ''}`],
    ['missing', `${readableShare(column.missing.shareOfOne)} (${column.missing.rows.toLocaleString('en-GB')})`],
    ['distinct', `${column.distinct.exact ? '' : 'about '}${column.distinct.count.toLocaleString('en-GB')}`],
  ];
  const { numbers } = column;
  if (numbers && !column.isIdentifier && spanOf(column) === null) {
    const { quantiles: q } = numbers;
    pairs.push(
      ['mean ± sd', `${readableNumber(numbers.mean)} ± ${numbers.sd === null ? '–' : readableNumber(numbers.sd)}`],
      ['min, quartiles, max', [numbers.min, q.p25, q.p50, q.p75, numbers.max].map(readableNumber).join(' · ')],
      ['outliers', `${numbers.byZ?.rows ?? 0} by z, ${numbers.byIqr?.rows ?? 0} by quartiles`],
    );
  } else pairs.push(['typical', typicalOf(column)]);
  return pairs.map(([name, value]) => `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd>`).join('');
}

const driftLine = (drift: ColumnDrift | undefined): string =>
  !drift || ['steady', 'not_compared'].includes(drift.verdict)
    ? ''
    : `<p class="drift ${drift.verdict}">${drift.verdict}: ${escapeHtml(drift.reasons.join('; '))}</p>`;

function findingItem({ severity, column, message, lines }: Finding): string {
  const where = lines.length > 0 ? ` <span class="quiet">lines ${lines.join(', ')}</span>` : '';
  return `<li class="${severity}"><b>${severity}</b> ${column === null ? '' : `<code>${escapeHtml(column)}</code> `}${escapeHtml(message)}${where}</li>`;
}

const STYLE = `h2{font-size:1.15rem;margin-top:2rem}.grid{display:grid;grid-template-columns:repeat(auto-fill,minmax(320px,1fr));gap:1rem}
article{border:1px solid #8885;border-radius:8px;padding:.8rem 1rem}article h3{margin:0 0 .4rem;font-size:1rem;overflow-wrap:anywhere}
rect{fill:#3b7dd8}dl{display:grid;grid-template-columns:auto 1fr;gap:.1rem .8rem;margin:.4rem 0;font-size:.88rem}dt{opacity:.7}dd{margin:0}
.bar{background:#3b7dd8;height:.7em}.values{font-size:.85rem;width:100%}.values td:first-child{overflow-wrap:anywhere}
.error b{color:#c62828}.warning b,.shifting{color:#b26a00}.moved,.retyped,.removed,.added{color:#c62828}`;

/** One self-contained page about a table: no script, nothing loaded from elsewhere; all content escaped. */
export function profilePage({ title, profile, findings, drift }: PageContent): string {
  const drifts = new Map(drift?.columns.map((each) => [each.column, each]));
  const cards = profile.columns.map(
    (column) =>
      `<article><h3>${escapeHtml(column.name)}</h3>${chartOf(column)}<dl>${figuresOf(column)}</dl>${driftLine(drifts.get(column.name))}</article>`,
  );
  const removed = drift?.columns.filter(({ verdict }) => verdict === 'removed').map(({ column }) => column) ?? [];
  const gone = removed.length > 0 ? ` Gone since the baseline: ${escapeHtml(removed.join(', '))}.` : '';
  const body = `<p>${profile.rows.toLocaleString('en-GB')} rows, ${profile.columns.length} columns, ${profile.duplicates.repeated.toLocaleString('en-GB')} duplicate rows.${gone}</p>
<h2>Findings</h2><ul>${findings.map(findingItem).join('') || '<li>nothing to say</li>'}</ul>
<h2>Columns</h2><div class="grid">${cards.join('\n')}</div>`;
  return htmlPage({ title, style: STYLE, body });
}

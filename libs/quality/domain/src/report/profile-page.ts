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

const WIDTH = 320;
const HEIGHT = 96;
const SHOWN_VALUES = 10;

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text for use between tags and in quoted attributes. */
export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (mark) => ESCAPES[mark] ?? mark);

interface Bar {
  readonly label: string;
  readonly rows: number;
}

/** A bar chart; each bar says its range and rows when pointed at. */
export function barChart(bars: readonly Bar[], label: string): string {
  const most = Math.max(...bars.map(({ rows }) => rows), 1);
  const width = WIDTH / Math.max(bars.length, 1);
  const shapes = bars.map(({ label: name, rows }, i) => {
    const height = Math.max(rows > 0 ? 1 : 0, (rows / most) * HEIGHT);
    const box = `x="${(i * width).toFixed(2)}" y="${(HEIGHT - height).toFixed(2)}" width="${Math.max(width - 1, 0.5).toFixed(2)}" height="${height.toFixed(2)}"`;
    return `<rect ${box}><title>${escapeHtml(name)}: ${rows.toLocaleString('en-GB')}</title></rect>`;
  });
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeHtml(label)}">${shapes.join('')}</svg>`;
}

function chartOf(column: ColumnProfile): string {
  const figures = column.numbers ?? column.times;
  if (figures && !column.isIdentifier) {
    const { edges, rows, below, above } = figures.histogram;
    const text = column.times ? (value: number) => new Date(value).toISOString().slice(0, 10) : readableNumber;
    const bars = rows.map((count, i) => ({
      label: `${text(edges[i] ?? 0)} to ${text(edges[i + 1] ?? 0)}`,
      rows: count,
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

const STYLE = `:root{color-scheme:light dark}body{font:15px/1.45 system-ui,sans-serif;max-width:1080px;margin:2rem auto;padding:0 1rem}
h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2rem}.grid{display:grid;grid-template-columns:repeat(auto-fill,minmax(320px,1fr));gap:1rem}
article{border:1px solid #8885;border-radius:8px;padding:.8rem 1rem}article h3{margin:0 0 .4rem;font-size:1rem;overflow-wrap:anywhere}
svg{width:100%;height:auto}rect{fill:#3b7dd8}dl{display:grid;grid-template-columns:auto 1fr;gap:.1rem .8rem;margin:.4rem 0;font-size:.88rem}dt{opacity:.7}dd{margin:0}
.bar{background:#3b7dd8;height:.7em}.values{font-size:.85rem;width:100%}.values td:first-child{overflow-wrap:anywhere}.n{text-align:right}.quiet{opacity:.7;font-size:.85rem}
.error b{color:#c62828}.warning b,.shifting{color:#b26a00}.moved,.retyped,.removed,.added{color:#c62828}`;

/** One self-contained page about a table: no script, nothing loaded from elsewhere; all content escaped. */
export function profilePage({ title, profile, findings, drift }: PageContent): string {
  const drifts = new Map(drift?.columns.map((each) => [each.column, each]));
  const cards = profile.columns.map(
    (column) =>
      `<article><h3>${escapeHtml(column.name)}</h3>${chartOf(column)}<dl>${figuresOf(column)}</dl>${driftLine(drifts.get(column.name))}</article>`,
  );
  const removed = drift?.columns.filter(({ verdict }) => verdict === 'removed').map(({ column }) => column) ?? [];
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeHtml(title)}</title><style>${STYLE}</style></head><body>
<h1>${escapeHtml(title)}</h1>
<p>${profile.rows.toLocaleString('en-GB')} rows, ${profile.columns.length} columns, ${profile.duplicates.repeated.toLocaleString('en-GB')} duplicate rows.${removed.length > 0 ? ` Gone since the baseline: ${escapeHtml(removed.join(', '))}.` : ''}</p>
<h2>Findings</h2><ul>${findings.map(findingItem).join('') || '<li>nothing to say</li>'}</ul>
<h2>Columns</h2><div class="grid">${cards.join('\n')}</div>
</body></html>
`;
}

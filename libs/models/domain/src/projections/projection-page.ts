import { seededRandom } from '@kohort/kernel-clock-random';
import { escapeHtml, htmlPage } from '@kohort/kernel-pages';
import { drawRows } from '@kohort/ml-core';
import type { Projection } from '@kohort/ml-projection';

/** What a picture shows. */
export interface ProjectionPageContent {
  readonly title: string;
  readonly projection: Projection;
  readonly ids: readonly string[];
  /** What colours each point, with the name of its column; null for one colour. */
  readonly color: { readonly name: string; readonly values: readonly string[] } | null;
}

/** Points a browser draws without delay; of more a sample is drawn. */
const MOST_POINTS = 10_000;
const SIZE = 640;
const MARGIN = 12;
/** Okabe & Ito 2008: told apart by colour-blind eyes too. The last one is for all other values. */
const COLORS = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#d55e00', '#f0e442', '#8a6fc9', '#5a5a5a'];
const OTHER = '#9a9a9a';

const count = (value: number): string => value.toLocaleString('en-GB');

interface Legend {
  readonly colorOf: (value: string) => string;
  readonly html: string;
}

/** The most frequent values have a colour each, all others share one. */
function legendOf({ name, values }: NonNullable<ProjectionPageContent['color']>): Legend {
  const rows = new Map<string, number>();
  for (const value of values) rows.set(value, (rows.get(value) ?? 0) + 1);
  const ranked = [...rows].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  const shown = ranked.slice(0, COLORS.length);
  const colors = new Map(shown.map(([value], at) => [value, COLORS[at] ?? OTHER]));
  const rest = ranked.slice(COLORS.length).reduce((sum, [, n]) => sum + n, 0);
  const item = (color: string, label: string, n: number) =>
    `<li><i style="background:${color}"></i>${escapeHtml(label)} <span>${count(n)}</span></li>`;
  const items = shown.map(([value, n]) => item(colors.get(value) ?? OTHER, value === '' ? '(empty)' : value, n));
  if (rest > 0) items.push(item(OTHER, `${ranked.length - shown.length} other values`, rest));
  return {
    colorOf: (value) => colors.get(value) ?? OTHER,
    html: `<h2>${escapeHtml(name)}</h2><ul class="legend">${items.join('')}</ul>`,
  };
}

function scatter({ projection, ids, color }: ProjectionPageContent, drawn: Uint32Array, legend: Legend | null): string {
  const { data } = projection.points;
  let [lowX, lowY, highX, highY] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const row of drawn) {
    const [x = 0, y = 0] = [data[2 * row], data[2 * row + 1]];
    lowX = Math.min(lowX, x);
    highX = Math.max(highX, x);
    lowY = Math.min(lowY, y);
    highY = Math.max(highY, y);
  }
  // One scale for both axes: distances in the picture are those of the points.
  const scale = (SIZE - 2 * MARGIN) / Math.max(highX - lowX, highY - lowY, Number.MIN_VALUE);
  const radius = drawn.length > 2_000 ? 2 : 3.5;
  const dots = Array.from(drawn, (row) => {
    const x = MARGIN + ((data[2 * row] ?? 0) - lowX) * scale;
    const y = MARGIN + (highY - (data[2 * row + 1] ?? 0)) * scale;
    const value = color?.values[row];
    const fill = legend && value !== undefined ? ` fill="${legend.colorOf(value)}"` : '';
    const label = value === undefined ? (ids[row] ?? '') : `${ids[row] ?? ''}: ${value}`;
    return `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="${radius}"${fill}><title>${escapeHtml(label)}</title></circle>`;
  });
  return `<svg viewBox="0 0 ${SIZE} ${SIZE}" role="img" aria-label="scatter picture of ${drawn.length} points">${dots.join('')}</svg>`;
}

const STYLE = `h2{font-size:1.05rem;overflow-wrap:anywhere}svg{max-width:720px;border:1px solid #8885;border-radius:8px}
circle{fill-opacity:.75}circle:not([fill]){fill:#0072b2}.legend{list-style:none;padding:0;columns:12rem}.legend i{display:inline-block;width:.8em;height:.8em;border-radius:50%;margin-right:.4em}
.legend span{opacity:.65;font-size:.85rem}`;

/**
 * One self-contained page with the picture, its legend and what must be known to read it: no script, nothing loaded from
 * elsewhere, all content escaped. Above 10,000 rows so many points are drawn at random, and the page says so.
 */
export function projectionPage(content: ProjectionPageContent): string {
  const { title, projection, color } = content;
  const rows = projection.points.rows;
  const drawn = drawRows(rows, MOST_POINTS, seededRandom(1));
  const legend = color === null ? null : legendOf(color);
  const notes = [
    ...projection.notes,
    ...(drawn.length < rows ? [`${count(drawn.length)} of ${count(rows)} points, drawn at random, are shown.`] : []),
  ];
  const body = `<ul>${notes.map((note) => `<li>${escapeHtml(note)}</li>`).join('')}</ul>
${scatter(content, drawn, legend)}
${legend?.html ?? ''}`;
  return htmlPage({ title, style: STYLE, body, widthPx: 960 });
}

export { barChart } from './bar-chart';
export type { Bar } from './bar-chart';
export { escapeHtml } from './escape-html';
export { htmlPage } from './html-page';
export type { PageParts } from './html-page';

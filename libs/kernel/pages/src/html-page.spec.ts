import { barChart } from './bar-chart';
import { escapeHtml } from './escape-html';
import { htmlPage } from './html-page';

describe('pages', () => {
  it('load nothing, run nothing and show text as text', () => {
    const page = htmlPage({ title: '<b> & "c"', style: 'p{margin:0}', body: `<p>${escapeHtml("it's <i>")}</p>` });
    expect(page).toContain(`default-src 'none'`);
    expect(page).toContain('<h1>&lt;b&gt; &amp; &quot;c&quot;</h1>');
    expect(page).toContain('<p>it&#39;s &lt;i&gt;</p>');
    expect(page).not.toMatch(/<script|https?:/);
  });

  it('draw bars by their share of the highest, with the level they are compared with', () => {
    const chart = barChart(
      [
        { height: 2, note: 'a: 2' },
        { height: 1, note: '<b>: 1', level: 4 },
      ],
      'two "bars"',
    );
    expect(chart).toContain('height="48.00"');
    expect(chart).toContain('height="24.00"');
    expect(chart).toContain('d="M160.00 0.00h159.00"');
    expect(chart).toContain('<title>&lt;b&gt;: 1</title>');
    expect(chart).toContain('aria-label="two &quot;bars&quot;"');
  });
});

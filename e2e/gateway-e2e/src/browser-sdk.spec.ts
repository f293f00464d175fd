import { startBrowserSite } from './browser-site';
import { findChromium, openPage } from './chromium';
import { Door } from './door';

const chromium = findChromium();

(chromium === undefined ? describe.skip : describe)('@segment/analytics-next, unmodified, in Chromium', () => {
  it('begins with our settings, is turned away once, and is complete', async () => {
    const door = await Door.open();
    const site = await startBrowserSite({ writeKey: door.database.writeKey, gatewayUrl: door.gateway.url });
    const close = openPage(chromium ?? '', `${site.pageUrl}/`);
    try {
      expect(await site.done).toEqual({ errors: [] });
      const deadline = Date.now() + 240_000;
      while ((await door.storedIds()).length < 35 && Date.now() < deadline) {
        await new Promise((wait) => setTimeout(wait, 200));
      }
      const rows = await door.database.query<{ type: string; name: string | null; ids: string; traits: unknown }>(
        `select type, name, count(distinct message_id)::text as ids, max(traits::text)::jsonb as traits
         from event group by 1, 2 order by 1, 2`,
      );
      expect(rows.map(({ type, name, ids }) => [type, name, ids])).toEqual([
        ['alias', null, '1'],
        ['group', null, '1'],
        ['identify', null, '1'],
        ['page', 'Page Viewed', '1'],
        ['screen', 'Screen Viewed', '1'],
        ['track', 'Web Event', '30'],
      ]);
      expect(rows.find((row) => row.type === 'identify')?.traits).toMatchObject({ plan: 'pro', name: 'Ünïcødé ✓' });

      // The wire as it was: settings first, a preflight, plain text, a key in the header, the count of the second try.
      expect(site.seen[0]).toMatchObject({ method: 'GET', path: `/v1/projects/${door.database.writeKey}/settings` });
      expect(site.seen.some(({ method }) => method === 'OPTIONS')).toBe(true);
      const posts = site.seen.filter(({ method, path }) => method === 'POST' && path === '/v1/b');
      expect(posts.length).toBeGreaterThanOrEqual(2);
      expect(posts.every(({ contentType, hasBasic }) => /^text\/plain/.test(contentType ?? '') && hasBasic)).toBe(true);
      expect(posts.some(({ retryCount }) => retryCount === '1')).toBe(true);
    } finally {
      await close();
      await site.close();
      await door.close();
    }
  });
});

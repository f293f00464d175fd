import { createRedactor, redactObject, scrubMessage } from './redact';

const secret = 'wk_demo_42"x';
const redact = createRedactor({ secrets: [secret], personal: ['ada@example.org', 'Ada', 'O"Hara'] });

describe('createRedactor', () => {
  it('blanks secrets in every form they travel in', () => {
    const basic = Buffer.from(`${secret}:`).toString('base64');
    const text = `${secret} ${encodeURIComponent(secret)} Basic ${basic} ${JSON.stringify({ k: secret })}`;
    const blanked = redact(text);
    expect(blanked).not.toContain('wk_demo_42');
    expect(blanked).not.toContain(basic.slice(0, 12));
  });

  it('replaces a personal value by the same stand-in each time, longer values first', () => {
    const [first, second] = redact('ada@example.org|ada@example.org').split('|');
    expect(first).toBe(second);
    expect(first).toMatch(/^\[personal [0-9a-f]{6}\]$/);
    expect(redact('Ada is ada@example.org')).not.toContain('example');
  });

  it('finds values that JSON has escaped', () => {
    expect(redact(JSON.stringify({ name: 'O"Hara' }))).not.toContain('Hara');
  });
});

it('blanks credentials by the name of their header, whatever they are', () => {
  const blanked = redactObject(
    { headers: { Authorization: 'Bearer x1', 'webhook-signature': 'v1,abc', 'x-a': 'Ada' } },
    redact,
  );
  expect(blanked).toEqual({
    headers: {
      Authorization: '[secret]',
      'webhook-signature': '[secret]',
      'x-a': expect.stringMatching(/^\[personal/),
    },
  });
});

it('scrubs a message of things that look personal, and cuts it', () => {
  expect(scrubMessage('no such user bob@example.net, phone +49 151 2345678', (text) => text)).toBe(
    'no such user [e-mail], phone [number]',
  );
  expect(scrubMessage('x'.repeat(500), (text) => text)).toHaveLength(200);
});

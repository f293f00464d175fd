import { clientErrors } from '../client/client-errors';
import { reportFailure } from './outcome';

describe('what a failed command tells', () => {
  const told = (thrown: unknown, json = true): { text: string; exit: number } => {
    let text = '';
    const write = jest.spyOn(process.stderr, 'write').mockImplementation((part) => {
      text += String(part);
      return true;
    });
    try {
      return { exit: reportFailure(thrown, json), text };
    } finally {
      write.mockRestore();
    }
  };
  const refused = (details: { remoteCode: string; remoteKind?: string }) =>
    clientErrors.CLIENT_REFUSED({ reason: 'there is no such person', ...details });

  it("is the server's own code, kind and retry where the server refused", () => {
    const { text, exit } = told(refused({ remoteCode: 'PROFILE_NOT_FOUND', remoteKind: 'not-found' }));
    expect(exit).toBe(2);
    expect(JSON.parse(text)).toEqual({
      error: {
        code: 'PROFILE_NOT_FOUND',
        kind: 'not-found',
        retry: 'never',
        message: 'there is no such person',
        line: null,
        column: null,
      },
    });
    expect(told(refused({ remoteCode: 'PROFILE_NOT_FOUND' }), false).text).toBe(
      'kohort: there is no such person (PROFILE_NOT_FOUND)\n',
    );
  });

  it('has no kind where the server told none, or one that we do not know', () => {
    for (const remoteKind of [undefined, 'toString'])
      expect(
        JSON.parse(told(refused({ remoteCode: 'SEGMENT_KEY_TAKEN', ...(remoteKind && { remoteKind }) })).text),
      ).toMatchObject({ error: { code: 'SEGMENT_KEY_TAKEN', kind: null, retry: null } });
  });

  it('is our own code where nobody gave another', () => {
    expect(JSON.parse(told(refused({ remoteCode: '502' })).text)).toMatchObject({
      error: { code: 'CLIENT_REFUSED', kind: 'invalid-input' },
    });
    expect(JSON.parse(told(clientErrors.CLIENT_CUT_OFF()).text)).toMatchObject({
      error: { code: 'CLIENT_CUT_OFF', kind: 'transient', retry: 'later' },
    });
  });
});

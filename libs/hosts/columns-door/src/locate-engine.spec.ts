import { locateEngine } from './locate-engine';

describe('locateEngine', () => {
  it('finds the package that this project installs, with the library of this platform', () => {
    const { version, library } = locateEngine();
    expect(version).toMatch(/^\d+\.\d+\.\d+$/);
    expect(library).toMatch(/^@chdb\/lib-(linux|darwin)-(x64|arm64)(-gnu)?$/);
  });
});

const NUMBER = '(0|[1-9]\\d{0,14})';
const IDENTIFIER = '(?:0|[1-9]\\d{0,14}|\\d*[A-Za-z-][0-9A-Za-z-]*)';

/**
 * A semantic version as a trait may hold it (semver.org 2.0.0, numbers up to 15 digits, no leading `v`), in RE2 syntax so
 * that the SQL form reads the same texts. Groups: major, minor, patch, pre-release.
 */
export const VERSION_PATTERN = `^${NUMBER}\\.${NUMBER}\\.${NUMBER}(?:-(${IDENTIFIER}(?:\\.${IDENTIFIER})*))?(?:\\+[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*)?$`;

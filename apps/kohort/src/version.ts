/** The version that `kohort --version` and every report name. */
export const KOHORT_VERSION = '0.1.0';

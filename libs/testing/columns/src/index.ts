export { eventLine, startTestColumns } from './test-columns';
export type { TestColumns, TestEvent } from './test-columns';

export { httpAnswer } from './http-answer';
export type { HttpErrorAnswer } from './http-answer';
export { nestLogger } from './nest-logger';

export { OWNERS, jobNames, pipeline, togetherOf } from './pipeline';
export type {
  BatchesInput,
  HandlerControl,
  HandlerInput,
  JobDefinition,
  JobHandler,
  JobHandlers,
  JobInput,
  JobName,
  Owner,
  Pipeline,
  RunsInput,
} from './pipeline';
export { runTopics } from './run-topics';
export type { RunJob } from './run-topics';
export { topics } from './topics';
export type { TopicName, TopicPayload, Topics } from './topics';
export type { Together } from './together';

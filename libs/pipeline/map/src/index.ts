export { OWNERS } from './job-definition';
export type { JobDefinition, Owner } from './job-definition';
export { jobNames, pipeline, togetherOf } from './pipeline';
export type {
  BatchesInput,
  HandlerControl,
  HandlerInput,
  JobHandler,
  JobHandlers,
  JobInput,
  JobName,
  Pipeline,
  RunsInput,
} from './pipeline';
export { runTopics } from './run-topics';
export type { RunJob } from './run-topics';
export { topics } from './topics';
export type { TopicName, TopicPayload, Topics } from './topics';
export type { Together } from './together';

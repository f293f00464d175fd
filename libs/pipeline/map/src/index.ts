export { OWNERS, jobNames, pipeline, runTopics, togetherOf } from './pipeline';
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
  RunJob,
  Together,
} from './pipeline';
export { topics } from './topics';
export type { TopicName, TopicPayload, Topics } from './topics';

export { OWNERS, jobNames, pipeline, runTopics } from './pipeline';
export type {
  HandlerControl,
  JobDefinition,
  JobHandler,
  JobHandlers,
  JobInput,
  JobName,
  Owner,
  Pipeline,
  RunJob,
} from './pipeline';
export { topics } from './topics';
export type { TopicName, TopicPayload, Topics } from './topics';

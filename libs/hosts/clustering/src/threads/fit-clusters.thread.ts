import { serveThread } from '@kohort/platform-compute';
import { clusterWork } from './cluster-work';

serveThread(clusterWork);

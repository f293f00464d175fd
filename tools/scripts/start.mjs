import { runKohort } from './run-app.mjs';

await runKohort('start');

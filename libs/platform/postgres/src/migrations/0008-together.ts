/** Finds the waiting batches of one job and workspace, longest due first, however many other tasks wait. */
export const together = `
create index task_waiting on task (workspace_id, job, due_at) where status = 'waiting';
`;

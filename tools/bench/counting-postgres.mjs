import pg from 'pg';

/** A PostgreSQL folder that counts statements when it is started. */
export async function countingPostgres(embedded, dataDir) {
  const prepared = await embedded.startPostgres({ dataDir });
  const setting = new pg.Client({ connectionString: prepared.url });
  await setting.connect();
  await setting.query(`alter system set shared_preload_libraries = 'pg_stat_statements'`);
  await setting.query('alter system set pg_stat_statements.track_planning = on');
  await setting.query('create extension if not exists pg_stat_statements');
  await setting.end();
  await prepared.stop();
}

/** The statements that took the most time since they were last counted, with microseconds per `per`. */
export async function topStatements(client, { most, per }) {
  const { rows } = await client.query(
    `select query, calls::int as calls, plans::int as plans, total_exec_time + total_plan_time as ms from pg_stat_statements s
     join pg_database d on d.oid = s.dbid where d.datname = 'kohort' and query not like '%pg_stat_statements%'
     order by ms desc`,
  );
  const line = ({ query, calls, plans, ms }) =>
    `    ${((ms * 1_000) / per).toFixed(1)} us, ${calls} calls, ${plans} plans: ${query.replace(/\s+/g, ' ').slice(0, 140)}`;
  const all = rows.reduce((sum, { ms }) => sum + ms, 0);
  return [`    ${((all * 1_000) / per).toFixed(1)} us in all`, ...rows.slice(0, most).map(line)];
}

// DuckDB in process (npm package @duckdb/node-api), with the rows of touch.csv and the same as lists per customer.
//   node duckdb.mjs DIRECTORY      holds touch.csv; the database is made below it
// The time is named ts here, since AT is a reserved word.
import { createRequire } from 'node:module';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { serve } from './serve.mjs';

const directory = process.argv[2];
const { DuckDBInstance } = createRequire(join(directory, 'npm', 'x.js'))('@duckdb/node-api');
const instance = await DuckDBInstance.create(join(directory, 'duckdb.db'));
const connection = await instance.connect();

async function query(sql) {
    const reader = await connection.runAndReadAll(sql);
    return reader.getRowsJson().map((row) => row.map(String));
}

async function size(name) {
    await query(`CHECKPOINT ${name}`);
    return statSync(join(directory, `${name}.db`)).size;
}

const csv = `read_csv('${join(directory, 'touch.csv')}', header = false, columns = {customer_id: 'INTEGER', ts: 'BIGINT', touchpoint_id: 'UTINYINT',
    touchpoint: 'VARCHAR', channel: 'VARCHAR', stage: 'VARCHAR'})`;
for (const column of ['touchpoint', 'channel', 'stage']) {
    await query(`CREATE TYPE ${column}_enum AS ENUM (SELECT DISTINCT ${column} FROM ${csv} ORDER BY 1)`);
}
await query(`CREATE TABLE touch AS
    SELECT customer_id, make_timestamp(ts * 1000000) AS ts, touchpoint::touchpoint_enum AS touchpoint, channel::channel_enum AS channel,
           stage::stage_enum AS stage FROM ${csv}`);
const rows = await size('duckdb');
// small groups of rows, so that with two threads both have work
await query(`ATTACH '${join(directory, 'lists.db')}' AS lists (ROW_GROUP_SIZE 20480)`);
await query(`CREATE TABLE lists.journey AS
    SELECT customer_id, list(ts ORDER BY ts) AS ts, list(touchpoint ORDER BY ts) AS touchpoint, list(channel ORDER BY ts) AS channel,
           list(stage ORDER BY ts) AS stage FROM touch GROUP BY customer_id ORDER BY customer_id`);
await query('CREATE VIEW journey AS FROM lists.journey');
const arrays = await size('lists');

const [[version]] = await query('SELECT version()');
let threadsNow = 0;
await serve({
    about: { name: `DuckDB ${version}`, bytes: { rows, arrays } },
    query: async (sql, threads) => {
        if (threads !== threadsNow) await query(`SET threads = ${(threadsNow = threads)}`);
        return query(sql);
    },
});

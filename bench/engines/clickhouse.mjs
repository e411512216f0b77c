// ClickHouse in process (npm package chdb), with the rows of touch.csv and the same as arrays per customer.
//   node clickhouse.mjs DIRECTORY      holds touch.csv; the tables are made below it
// Names are Enum8, one byte without a dictionary to look into: LowCardinality is several times slower.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { serve } from './serve.mjs';

const directory = process.argv[2];
const { Session } = createRequire(join(directory, 'npm', 'x.js'))('chdb');
const session = new Session(join(directory, 'clickhouse'));

const query = (sql) => session.query(sql, 'TSV').split('\n').slice(0, -1).map((line) => line.split('\t'));
const csv = `file('${join(directory, 'touch.csv')}', 'CSV',
    'customer_id UInt32, at UInt32, touchpoint_id UInt8, touchpoint String, channel String, stage String')`;

// the distinct names of a column, numbered
function enumOf(column) {
    const names = query(`SELECT DISTINCT ${column} FROM ${csv} ORDER BY 1`);
    return `Enum8(${names.map(([name], i) => `'${name}' = ${i + 1}`).join(', ')})`;
}

const touchpoint = enumOf('touchpoint');
query(`CREATE TABLE touch (customer_id UInt32, at DateTime('UTC'), touchpoint ${touchpoint}, channel ${enumOf('channel')},
    stage ${enumOf('stage')}) ENGINE = MergeTree ORDER BY (customer_id, at)`);
query(`INSERT INTO touch SELECT customer_id, at, touchpoint, channel, stage FROM ${csv}`);
query('OPTIMIZE TABLE touch FINAL');
query(`CREATE TABLE journey ENGINE = MergeTree ORDER BY customer_id AS
    SELECT customer_id, groupArray(at) AS at, groupArray(touchpoint) AS touchpoint, groupArray(channel) AS channel,
           groupArray(stage) AS stage
    FROM touch GROUP BY customer_id SETTINGS optimize_aggregation_in_order = 1, max_threads = 1`);
query('OPTIMIZE TABLE journey FINAL');

const [[version]] = query('SELECT version()');
const [[size]] = query("SELECT sum(bytes_on_disk) FROM system.parts WHERE active AND database = 'default' AND table = 'touch'");
const [[arrays]] = query("SELECT sum(bytes_on_disk) FROM system.parts WHERE active AND database = 'default' AND table = 'journey'");
// with two threads, both shall have work, though there are fewer rows than it splits otherwise
const spread = ', merge_tree_min_rows_for_concurrent_read = 8192, merge_tree_min_bytes_for_concurrent_read = 1048576';
await serve({
    about: { name: `ClickHouse ${version}`, bytes: { rows: Number(size), arrays: Number(arrays) } },
    query: async (sql, threads) =>
        query(`${sql.replaceAll('TOUCHPOINT_ENUM', touchpoint)} SETTINGS max_threads = ${threads},
            optimize_aggregation_in_order = 1, use_query_condition_cache = 0${threads > 1 ? spread : ''}`),
});

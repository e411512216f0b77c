// The questions of bench/behaviour.sh to PostgreSQL with our functions, to ClickHouse and to DuckDB, side
// by side: every round asks all of them, one after the other, and the medians are told.
//   node run.mjs DIRECTORY     PostgreSQL as PGHOST and its like say, with the views of behaviour_ours.sql;
//                              DIRECTORY holds npm's packages below npm/, and touch.csv
//   ROUNDS=5                   ONLY=funnel,flow
// One thread against a serial plan, two threads against a worker that helps the leader.
// All forms are asked once; the fastest of an engine over rows, and over arrays, in all rounds.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { clickhouse } from './clickhouse_sql.mjs';
import { duckdb } from './duckdb_sql.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const directory = process.argv[2];
const rounds = Number(process.env.ROUNDS || 5);
const only = (process.env.ONLY || '').split(',').filter(Boolean);

const titles = {
    funnel: 'funnel of four steps in seven days',
    flow: 'transitions',
    sessions: 'sessions, gap of 30 minutes',
    retention: 'retention of monthly cohorts',
    preceded: 'called within a day of a web visit',
    repeat: 'called again within a week',
    paths: 'ten commonest ways of five touches',
};
// paths of integers are compared by their counts: those that tie come in another order
const comparedColumns = { ours_paths_integers: 1 };

const progress = (text) => process.stderr.write(`[engines] ${text}\n`);

function lines(child) {
    const iterator = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    return async () => {
        const { value, done } = await iterator.next();
        if (done) throw new Error('a program ended before its time');
        return value;
    };
}

// an engine in a process of its own: see serve.mjs
async function engine(script) {
    const child = spawn(process.execPath, [join(here, script), directory], { stdio: ['pipe', 'pipe', 'inherit'] });
    const line = lines(child);
    const about = JSON.parse(await line());
    return {
        ...about,
        async ask(sql, threads) {
            child.stdin.write(JSON.stringify({ sql, threads }) + '\n');
            return JSON.parse(await line());
        },
        close: () => child.stdin.end(),
    };
}

// psql, asked statement by statement
async function postgres() {
    const child = spawn(process.env.PSQL || 'psql', ['-X', '-q', '-At', '-F', '\t'], { stdio: ['pipe', 'pipe', 'inherit'] });
    const line = lines(child);
    const say = async (text) => {
        child.stdin.write(`${text}\n\\echo end of answer\n`);
        const said = [];
        for (let l = await line(); l !== 'end of answer'; l = await line()) said.push(l);
        return said;
    };
    await say("SET jit = off; SET work_mem = '1GB'; SET min_parallel_table_scan_size = '1MB'; SET parallel_setup_cost = 50;");
    const [name] = await say("SELECT 'PostgreSQL ' || current_setting('server_version');");
    const there = await say("SELECT viewname FROM pg_views WHERE viewname LIKE 'ours\\_%' AND schemaname = 'public';");
    const [bytes] = await say("SELECT pg_relation_size('journey_names') || ' ' || pg_relation_size('journey_integers');");
    await say('\\timing on');
    return {
        name, there, bytes: bytes.split(' ').map(Number),
        async parallel(sql) {
            await say('SET max_parallel_workers_per_gather = 1;');
            return (await say(`EXPLAIN ${sql};`)).some((l) => l.includes('Workers Planned'));
        },
        async ask(sql, threads) {
            await say(`SET max_parallel_workers_per_gather = ${threads - 1};`);
            const said = await say(`${sql};`);
            const time = said.pop();
            if (!time?.startsWith('Time: ')) return { error: 'see above' };
            return { ms: parseFloat(time.slice(6)), rows: said.map((l) => l.split('\t')) };
        },
        close: () => child.stdin.end(),
    };
}

const canonical = (rows, columns) => rows.map((row) => row.slice(0, columns).join('|')).sort().join('\n');

function median(list) {
    const sorted = [...list].sort((a, b) => a - b), middle = sorted.length >> 1;
    return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

// all statements of a question: ours first
function statementsOf(question, engines) {
    const statements = [];
    for (const kind of ['names', 'integers']) {
        const view = `ours_${question}_${kind}`;
        if (!engines.ours.there.includes(view)) continue;
        const sql = `SELECT * FROM ${view}`;
        statements.push({ engine: engines.ours, who: 'ours', form: `journeys with ${kind}`, sql, columns: comparedColumns[view] });
    }
    for (const [form, sql] of Object.entries(clickhouse[question])) statements.push({ engine: engines.clickhouse, who: 'ClickHouse', form, sql });
    for (const [form, sql] of Object.entries(duckdb[question])) statements.push({ engine: engines.duckdb, who: 'DuckDB', form, sql });
    return statements;
}

const kindOf = (s) => (s.who === 'ours' ? s.form : `${s.who} ${s.form.split(':')[0]}`);

// the fastest form of each engine over rows, and over arrays
function fastestOf(statements, threads) {
    const found = new Map();
    for (const s of statements) {
        if (s.error) continue;
        const best = found.get(kindOf(s));
        if (!best || median(s.times[threads]) < median(best.times[threads])) found.set(kindOf(s), s);
    }
    return [...found.values()];
}

// asks all statements once, for their answers, and the fastest of them in rounds
async function race(statements, threads) {
    for (const s of statements) {
        const reply = await s.engine.ask(s.sql, threads);
        if (reply.error) s.error = reply.error;
        else Object.assign(s, { rows: reply.rows, times: { ...s.times, [threads]: [reply.ms] } });
    }
    // once more what may be the fastest but for its first time
    const limits = new Map(fastestOf(statements, threads).map((s) => [kindOf(s), 2 * s.times[threads][0]]));
    for (const s of statements.filter((x) => !x.error && x.times[threads][0] <= limits.get(kindOf(x)))) {
        s.times[threads] = [(await s.engine.ask(s.sql, threads)).ms];
    }
    const fastest = fastestOf(statements, threads);
    for (const s of fastest) s.times[threads] = [];
    for (let round = 0; round < rounds; round++) {
        for (const s of fastest) s.times[threads].push((await s.engine.ask(s.sql, threads)).ms);
    }
}

// the first lines that one answer has and the other has not
function difference(s, reference) {
    const [mine, theirs] = [s, reference].map((x) => canonical(x.rows, s.columns).split('\n'));
    const only = (a, b) => a.filter((l) => !b.includes(l)).slice(0, 3).join(', ');
    return `has [${only(mine, theirs)}] and not [${only(theirs, mine)}]`;
}

function compare(question, statements) {
    const answered = statements.filter((s) => !s.error);
    const reference = answered.find((s) => !s.columns);
    const differ = answered.filter((s) => canonical(s.rows, s.columns) !== canonical(reference.rows, s.columns));
    const same = `${answered.length - differ.length} of ${statements.length} statements give the same answer of ${reference.rows.length} lines`;
    return `  ${titles[question]}: ${same}` +
        differ.map((s) => `\n    DIFFERENT: ${s.who}, ${s.form}: ${difference(s, reference)}`).join('') +
        statements.filter((s) => s.error).map((s) => `\n    FAILED: ${s.who}, ${s.form}: ${s.error}`).join('');
}

// a row of the table: medians, and how many times as long as ours over names, thread for thread
function row(title, s, ours) {
    const cells = [1, 2].flatMap((threads) => {
        const t = s.times[threads];
        if (!t?.length) return ['', ''];
        const o = ours?.times[threads];
        return [median(t).toFixed(1), !o?.length || s === ours ? '' : (median(t) / median(o)).toFixed(2)];
    });
    return `| ${title} | ${s.who} | ${s.form} | ${cells.join(' | ')} |`;
}

const head = '| measured | engine | form | one thread ms | of ours | two threads ms | of ours |\n|---|---|---|---:|---:|---:|---:|';
const engines = { ours: await postgres() };
engines.clickhouse = await engine('clickhouse.mjs');
progress(`${engines.clickhouse.name} has loaded`);
engines.duckdb = await engine('duckdb.mjs');
progress(`${engines.duckdb.name} has loaded`);

const fastest = [], all = [], answers = [];
for (const question of Object.keys(titles)) {
    if (only.length && !only.includes(question)) continue;
    progress(titles[question]);
    const statements = statementsOf(question, engines).map((s) => ({ ...s, times: {} }));
    for (const threads of [1, 2]) await race(statements, threads);
    for (const s of statements) if (s.who === 'ours' && !s.error && !(await s.engine.parallel(s.sql))) s.form += ' (always a serial plan)';
    const ours = statements.find((s) => s.form.startsWith('journeys with names') && !s.error);
    fastestOf(statements, 1).forEach((s, i) => fastest.push(row(i ? '' : titles[question], s, ours)));
    statements.filter((s) => !s.error).forEach((s, i) => all.push(row(i ? '' : titles[question], s, ours)));
    answers.push(compare(question, statements));
}
for (const e of Object.values(engines)) e.close();

const versions = [engines.ours, engines.clickhouse, engines.duckdb].map((e) => e.name).join(', ');
console.log(`\n## Engines\n\n${versions}; the form of each that is fastest with one thread;
"of ours" is the time divided by that of journeys with names: below 1 the other is faster.\n`);
console.log([head, ...fastest].join('\n'));
console.log(`\n## Engines, all forms\n\n${[head, ...all].join('\n')}`);
const mb = (n) => (n / 1e6).toFixed(1);
console.log(`\n| megabytes | rows | per customer |\n|---|---:|---:|`);
console.log(`| journeys with names: touchpoint, channel, stage | | ${mb(engines.ours.bytes[0])} |`);
console.log(`| journeys with integers: touchpoint | | ${mb(engines.ours.bytes[1])} |`);
for (const e of [engines.clickhouse, engines.duckdb]) {
    console.log(`| ${e.name}: touchpoint, channel, stage | ${mb(e.bytes.rows)} | ${mb(e.bytes.arrays)} |`);
}
console.log(`\n## Answers of the engines\n\n${answers.join('\n')}`);
process.exit(answers.some((a) => /DIFFERENT|FAILED/.test(a)) ? 1 : 0);

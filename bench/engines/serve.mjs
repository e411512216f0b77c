// A process that holds one engine with its data loaded and answers requests: lines of JSON in, lines
// of JSON out. Each engine has a process of its own, so that none disturbs another's memory, and the
// time of a query is taken inside it, around the query and the fetching of its few lines.
import { createInterface } from 'node:readline';

// engine: { query(sql, threads) -> [[text, ...], ...] }
export async function serve(engine) {
    process.stdout.write(JSON.stringify({ ready: true, ...engine.about }) + '\n');
    for await (const line of createInterface({ input: process.stdin })) {
        const { sql, threads } = JSON.parse(line);
        let reply;
        try {
            const start = performance.now();
            const rows = await engine.query(sql, threads);
            reply = { ms: performance.now() - start, rows };
        } catch (error) {
            reply = { error: String(error.message ?? error).split('\n')[0] };
        }
        process.stdout.write(JSON.stringify(reply) + '\n');
    }
    process.exit(0);
}

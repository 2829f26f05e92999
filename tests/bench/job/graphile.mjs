// graphile.mjs - graphile-worker as a server of jobs that are programs: each line of a program is written as the job's
// progress.
//
//     node graphile.mjs ADDRESS JOBS AT-ONCE [PROGRAM ARGUMENT…]     without a program: a handler in this process that
//                                                                    writes five notes of progress
//
// Prints one JSON object.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { Logger, makeWorkerUtils, run } from 'graphile-worker';

const [address, jobs, atOnce, program, ...args] = process.argv.slice(2);
const [nJobs, concurrency] = [Number(jobs), Number(atOnce)];
const logger = new Logger(() => (level, message) => level === 'error' && console.error(message));
let began = 0;
let nDone = 0;
let allDone;
const all = new Promise((resolve) => { allDone = resolve; });

async function* lines() {
    if (!program) {
        for (let n = 1; n <= 5; n++) yield `Message ${n}`;
        return;
    }
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = new Promise((resolve, reject) => {
        child.on('error', reject);
        child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`status ${code}`))));
    });
    yield* createInterface({ input: child.stdout });
    await ended;
}

async function report({ number }, helpers) {
    began ||= performance.now();
    for await (const line of lines())
        await helpers.query('UPDATE report SET progress = $2 WHERE number = $1', [number, line]);
    if (++nDone === nJobs) allDone(performance.now());
}

const utils = await makeWorkerUtils({ connectionString: address, logger });
await utils.migrate();
await utils.withPgClient(async (client) => {
    await client.query('DROP TABLE IF EXISTS report');
    await client.query('CREATE TABLE report (number int PRIMARY KEY, progress text)');
    await client.query('INSERT INTO report SELECT generate_series(1, $1::int)', [nJobs]);
    await client.query(
        "SELECT graphile_worker.add_job('report', json_build_object('number', n)) FROM generate_series(1, $1::int) n", [nJobs]);
});
await utils.release();
const runner = await run({ connectionString: address, concurrency, maxPoolSize: concurrency + 2, noHandleSignals: true,
    logger, taskList: { report } });
const ended = await all;
await runner.stop();
console.log(JSON.stringify({ jobs: nJobs, seconds: (ended - began) / 1000 }));

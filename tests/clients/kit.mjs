// kit.mjs - access to the running casecast, and the events that every client must have.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Reader } from '../kit/sse.mjs';

const run = promisify(execFile);
const { CLIENTS_PLAIN, CLIENTS_TLS, CLIENTS_STATE, CLIENTS_SITE } = process.env;
assert.ok(CLIENTS_PLAIN, 'CLIENTS_PLAIN names the running casecast: start the tests with tests/clients/run');

export const plain = CLIENTS_PLAIN;
export const tls = CLIENTS_TLS;

/** Runs a function of ./stack or of scripts/stack.sh. */
export const stack = (name) => run(fileURLToPath(new URL('stack', import.meta.url)), [name]);

/** Waits until `isTrue()` holds.  The limit is long, as the machine may be busy. */
export async function until(what, isTrue) {
  const deadline = Date.now() + 120_000;
  while (!(await isTrue())) {
    assert.ok(Date.now() < deadline, `waited in vain: ${what}`);
    await sleep(20);
  }
}

/** How many lines about streams, in both access logs, match. */
export async function countLogged(pattern) {
  const logs = await Promise.all([`${CLIENTS_STATE}/log/nginx-access.log`, `${CLIENTS_SITE}/log/casecast.log`]
    .map((file) => readFile(file, 'utf8')));
  return logs.join('').split('\n').filter((line) => line.includes('"') && pattern.test(line)).length;
}

/** All events of a stream, read as strictly as tests/kit/sse.mjs does. */
export async function readStrictly(url) {
  const { stdout } = await run('curl', ['-sSN', '--max-time', '120', '-H', 'Accept: text/event-stream', url],
    { encoding: 'buffer' });
  const items = [];
  const reader = new Reader((item) => items.push(item));
  reader.take(stdout);
  reader.finish();
  assert.deepEqual(items.filter((item) => item.bad), []);
  return items.filter((item) => item.event);
}

// These events have no id and are sent again when they change; all others are in the journal.
const PASSING = ['job', 'progress'];
const TERMINAL = ['done', 'failed', 'canceled'];

/** The events that a viewer must get exactly once, each with its id. */
export const durable = (seen) => seen.filter(({ event }) => !PASSING.includes(event))
  .map(({ id, event, data }) => [id, event, data]);

/** The journal of a finished job, from a replay: contiguous ids from 1, and one end. */
export async function journal(url) {
  const events = durable(await readStrictly(url));
  const [job] = events[0][0].split(':');
  assert.deepEqual(events.map(([id]) => id), events.map((_, i) => `${job}:${i + 1}`));
  assert.equal(events.filter(([, event]) => TERMINAL.includes(event)).length, 1);
  assert.ok(events.some(([, event]) => event === 'done'), 'the job is done');
  assert.deepEqual(events.at(-1).slice(1), ['end', '{"state":"done"}']);
  return events;
}

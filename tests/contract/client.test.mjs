// client.test.mjs - the client of nginx/client has the types of the document, and the pages load what it says.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { makeElement, makeScript, makeTypes } from './client.mjs';

const made = process.env.CONTRACT_PRIVATE;
const nginx = new URL('../../nginx/', import.meta.url);
const old = 'is old: run tests/contract/run --make';

test('api.d.ts is that of the document', () => {
  makeTypes(made);
  assert.ok(readFileSync(`${made}/api.d.ts`, 'utf8') === readFileSync(new URL('client/api.d.ts', nginx), 'utf8'), old);
});

test('client.js is that of client.ts, whose types are right', () => {
  makeScript(made);
  assert.ok(readFileSync(`${made}/client.js`, 'utf8') === readFileSync(new URL('pages/js/client.js', nginx), 'utf8'), old);
});

test('casecast-video.js is that of its modules', () => {
  makeElement(made);
  assert.ok(readFileSync(`${made}/casecast-video.js`, 'utf8') === readFileSync(new URL('pages/casecast-video.js', nginx), 'utf8'), old);
});

test('client.ts has less than 300 lines', () => {
  assert.ok(readFileSync(new URL('client/client.ts', nginx), 'utf8').split('\n').length < 300);
});

// Each `@ts-expect-error` is a fault of its own if the line below it has none.
test('types name what is wrong', () => {
  const client = fileURLToPath(new URL('client/client.js', nginx));
  writeFileSync(`${made}/use.ts`, `
import { Casecast } from '${client}';
const server = new Casecast('https://video.example.org');
const job = await server.createJob({ caseId: '1', priority: 3 });
if (job.kind === 'video' && 'case' in job) console.log(job.case, job.result?.video.length, job.progress?.etaMs ?? 0);
server.watchVideo('1', (name, data) => {
  if (name === 'done') console.log(data.captions ?? data.chapters.map(({ start }) => start + 1));
  // @ts-expect-error
  if (name === 'progress') console.log(data.video);
  // @ts-expect-error
  if (name === 'finished') console.log(data);
});
// @ts-expect-error
await server.listJobs({ state: 'lost' });
// @ts-expect-error
console.log((await server.readCase('1')).titel);
export {};
`);
  writeFileSync(`${made}/tsconfig.json`, JSON.stringify({
    extends: fileURLToPath(new URL('client/tsconfig.json', nginx)),
    compilerOptions: { noEmit: true },
    files: ['use.ts'],
  }));
  execFileSync('node_modules/.bin/tsc', ['-p', made], { cwd: new URL('.', import.meta.url), stdio: ['ignore', 'inherit', 'inherit'] });
});

test('the client asks as the document says', async () => {
  makeScript(made);
  writeFileSync(`${made}/package.json`, '{"type": "module"}');
  const { Casecast, Refusal } = await import(`${made}/client.js`);
  const server = new Casecast(process.env.CONTRACT_URL);
  assert.ok((await server.listCases()).length);
  assert.equal((await server.readCase('full')).fps, 24);
  const { id } = await server.createJob({ countId: '9' });
  assert.equal((await server.readJob(id)).id, id);
  assert.equal((await server.listJobs({ limit: 1 })).jobs.length, 1);
  assert.equal((await server.cancelJob(id)).id, id);
  await assert.rejects(server.readCase('nothing'), (error) => error instanceof Refusal && error.status === 404
    && error.message === 'case nothing not found');
  await assert.rejects(new Casecast('http://127.0.0.1:9').listCases(), { message: 'The server could not be reached.', status: 0 });
});

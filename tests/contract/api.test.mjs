// api.test.mjs - each request of fcgi/openapi.yaml is sent, and each answer and each frame is as the document says.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { hold, operations, step } from './document.mjs';
import { had, send, sendAny } from './send.mjs';

const events = { Accept: 'text/event-stream' };
const stranger = { 'X-Forwarded-For': '203.0.113.9' };
const noJob = 'z'.repeat(26);
const namesOf = (stream) => stream.map(({ event }) => event);
const jobOf = (stream) => JSON.parse(stream.find(({ event }) => event === 'job').data);

/** Makes a job that is there already, or a new one, and waits for its end. */
async function ended(body, status = 202) {
  const { id } = await send('createJob', status, { body });
  await send('watchJob', 200, { args: { id }, headers: events });
  return id;
}

async function until(isTrue) {
  for (let i = 0; !(await isTrue()); i++) {
    assert.ok(i < 300, `waited in vain: ${isTrue}`);
    await sleep(100);
  }
}

test('the video of a case', async () => {
  const stream = await send('createVideo', 200, { args: { caseId: 'first' }, headers: events });
  assert.deepEqual([...new Set(namesOf(stream))].sort(),
    ['done', 'end', 'job', 'message', 'playable', 'progress', 'scene']);
  const { id } = jobOf(stream);
  const last = stream.at(-1).id;
  await send('createVideo', 204, { args: { caseId: 'first' }, headers: { ...events, 'Last-Event-ID': last } });
  await send('createVideo', 204, { args: { caseId: 'first', lastEventId: last }, headers: events });
  assert.deepEqual(namesOf(await send('createVideo', 200, { args: { caseId: 'first', from: 'latest', viewer: 'me' }, headers: events })),
    ['job', 'end']);
  assert.ok((await send('createVideoAsTutorial', 200, { args: { caseId: 'first' }, headers: events })).length > 5);
  assert.ok((await send('watchJob', 200, { args: { id }, headers: events })).length > 5);
  const job = await send('readJob', 200, { args: { id } });
  assert.equal(job.result.bytes['final.mp4'] > 0, true);
  assert.equal((await send('createJob', 200, { body: { caseId: 'first' } })).id, id);
});

test('refusals of streams', async () => {
  for (const name of ['createVideo', 'createVideoAsTutorial']) {
    await send(name, 400, { wrong: true });
    await send(name, 404, { args: { caseId: 'nothing' } });
    const refusal = await send(name, 200, { args: { caseId: 'nothing' }, headers: events });
    assert.deepEqual(namesOf(refusal), ['message', 'message', 'end']);
    await send(name, 204, { args: { caseId: 'nothing', lastEventId: refusal.at(-1).id }, headers: events });
  }
  await send('createVideo', 400, { args: { caseId: 'first', from: 'tomorrow' }, wrong: true });
  await send('watchJob', 404, { args: { id: noJob } });
  await send('watchJob', 400, { args: { id: noJob, from: 'tomorrow' }, wrong: true });
  await send('watchJob', 200, { args: { id: noJob }, headers: events });
  await send('watchJob', 204, { args: { id: noJob, lastEventId: 'refused:1' }, headers: events });
  await send('createProgram', 404, { args: { kind: 'nothing', subject: { nothingId: '1' } } });
  await send('createProgram', 400, { args: { kind: 'count', subject: { countId: 'x' } } });
});

test('programs', async () => {
  const stream = await send('createProgram', 200, { args: { kind: 'count', subject: { countId: '3' } }, headers: events });
  assert.equal(stream.filter(({ event }) => event === 'message').length, 3);
  await send('createProgram', 204, { args: { kind: 'count', subject: { countId: '3' }, lastEventId: stream.at(-1).id }, headers: events });
  await send('createProgram', 200, { args: { kind: 'report', subject: { reportId: '7' } }, headers: events });
  const words = { textId: '1', input: { text: 'a b' } };
  const id = await ended(words);
  assert.ok(namesOf(await send('watchJob', 200, { args: { id }, headers: events })).includes('word'));
  assert.deepEqual((await send('readJob', 200, { args: { id } })).result, { words: 2 });
  const trouble = await send('createProgram', 200, { args: { kind: 'trouble', subject: { troubleId: '1' } }, headers: events });
  assert.ok(namesOf(trouble).includes('retry') && namesOf(trouble).includes('failed'));
});

test('several jobs in one stream', async () => {
  const ids = [await ended({ caseId: 'first' }, 200), await ended({ countId: '4' }), await ended({ troubleId: '2' })];
  const stream = await send('watchJobs', 200, { args: { id: ids, viewer: 'me' }, headers: events });
  assert.equal(stream.at(-1).event, 'complete');
  assert.deepEqual(namesOf(stream).filter((name) => name === 'end').length, 3);
  const last = stream.filter(({ id }) => id).at(-1).id;
  await send('watchJobs', 204, { args: { id: ids }, headers: { ...events, 'Last-Event-ID': last } });
  await send('watchJobs', 200, { args: { id: ids, from: 'latest' }, headers: events });
  await send('watchJobs', 400, { wrong: true });
  await send('watchJobs', 404, { args: { id: [noJob] } });
  assert.deepEqual(namesOf(await send('watchJobs', 200, { args: { id: [noJob] }, headers: events })), ['message', 'end']);
});

test('the clock', async () => {
  const args = { count: 2, interval: 100 };
  await send('watchClock', 200, { args: { ...args, client_secret: '1\n2', stamp: 1 }, headers: events });
  await send('watchClock', 200, { args: { ...args, align: 1, lastEventId: 'clock:1' }, headers: events });
  await send('watchClock', 204, { args: { ...args, lastEventId: 'clock:3' } });
  await send('watchClock', 400, { args: { count: 0 }, wrong: true });
  assert.deepEqual(namesOf(await send('watchClock', 200, { args: { count: 0 }, headers: events, wrong: true })),
    ['message', 'message', 'end']);
});

test('what POST /api/jobs takes and refuses', async () => {
  const headers = { 'Idempotency-Key': '"7f3c2b8e"', traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' };
  const metadata = { order: 7, tags: ['a'] };
  const { id, traceparent, priority, ...job } = await send('createJob', 202, { headers, body: { countId: '5', priority: 9, metadata } });
  assert.deepEqual([traceparent, priority, job.metadata], [headers.traceparent, 9, metadata]);
  const stream = await send('watchJob', 200, { args: { id }, headers: events });
  const dataOf = (name) => JSON.parse(stream.find(({ event }) => event === name).data);
  assert.deepEqual([dataOf('done').traceparent, dataOf('done').metadata], [traceparent, metadata]);
  assert.deepEqual(dataOf('job').metadata, metadata);
  await send('createJob', 400, { body: { countId: '5', metadata: 7 }, wrong: true });
  await send('createJob', 422, { headers, body: { countId: '6' } });
  await send('createJob', 400, { body: {}, wrong: true });
  await send('createJob', 400, { body: { caseId: 'first', input: 7 } });
  await send('createJob', 403, { body: { countId: '7', priority: 9 }, headers: stranger });
  await send('createJob', 404, { body: { caseId: 'nothing' } });
  await send('createJob', 415, { raw: '{}', wrong: true, headers: { 'Content-Type': 'text/plain' } });
  await send('createJob', 413, { raw: ' '.repeat(2 << 20), wrong: true, headers: { 'Content-Type': 'application/json' } });
});

test('a job is watched, canceled and deleted', async () => {
  const { id } = await send('createJob', 202, { body: { waitId: '1' } }); // it takes a minute
  const watching = new AbortController();
  const other = await fetch(`${process.env.CONTRACT_URL}/api/jobs/${id}/events?viewer=other`,
    { headers: events, signal: watching.signal });
  assert.equal(other.status, 200);
  await until(() => execFileSync('sqlite3', ['-readonly', process.env.CONTRACT_DB, // the viewer is noted
    `SELECT count(*) FROM casecast_audiences WHERE job_id = '${id}'`], { encoding: 'utf8' }).trim() === '1');
  await send('deleteJob', 409, { args: { id } });
  await send('cancelJob', 409, { args: { id, viewer: 'me' } });
  watching.abort();
  await until(async () => (await sendAny('cancelJob', [200, 409], { args: { id, viewer: 'me' } }))[0] === 200);
  const stream = await send('watchJob', 200, { args: { id }, headers: events });
  assert.ok(namesOf(stream).includes('canceled'));
  await send('deleteJob', 403, { args: { id }, headers: stranger });
  await send('deleteJob', 204, { args: { id } });
  await send('deleteJob', 404, { args: { id } });
  await send('readJob', 404, { args: { id } });
  await send('cancelJob', 404, { args: { id } });
});

test('the list of jobs', async () => {
  const { next } = await send('listJobs', 200, { args: { limit: 2 } });
  await send('listJobs', 200, { args: { limit: 100, after: next } });
  for (const args of [{ kind: 'video' }, { state: 'done' }, { subject: 'first' }]) {
    assert.ok((await send('listJobs', 200, { args })).jobs.length);
  }
  await send('listJobs', 400, { args: { limit: 0 }, wrong: true });
  await send('listJobs', 403, { headers: stranger });
});

test('cases', async () => {
  const { cases } = await send('listCases', 200);
  assert.ok(cases.some(({ video }) => video));
  for (const { id } of cases) await send('readCase', 200, { args: { id } });
  const { cases: [first], next } = await send('listCases', 200, { args: { limit: 1 } });
  const rest = await send('listCases', 200, { args: { after: next, limit: 200 } });
  assert.deepEqual([first, ...rest.cases].map(({ id }) => id), cases.map(({ id }) => id));
  assert.deepEqual((await send('listCases', 200, { args: { query: 'FIRST one' } })).cases.map(({ id }) => id), ['first']);
  await send('listCases', 400, { args: { limit: 201 }, wrong: true });
  await send('listCases', 400, { args: { query: 'a'.repeat(101) }, wrong: true });
  await send('listCases', 400, { args: { after: 'nothing of ours' } });
  await send('readCase', 404, { args: { id: 'nothing' } });
  await send('readCase', 400, { args: { id: 'a.b' }, wrong: true });
  await send('readPoster', 404, { args: { id: 'empty' } });
  await send('readPoster', 400, { args: { id: 'a.b' }, wrong: true });
  await until(async () => (await sendAny('readPoster', [204, 302], { args: { id: 'full' } }))[0] === 302);
});

test('cases are written', async () => {
  const scenes = [{ image: 'photo.jpg', caption: 'Summer' }];
  const { id } = await send('createCase', 201, { body: { title: 'A meadow', scenes } });
  const args = { id };
  await send('createCase', 403, { body: { scenes }, headers: stranger });
  await send('createCase', 422, { body: { scenes: [{ captoin: 7 }] } });
  await send('createCase', 415, { raw: '{}', wrong: true, headers: { 'Content-Type': 'text/plain' } });
  await send('createCase', 400, { raw: '{', wrong: true, headers: { 'Content-Type': 'application/json' } });
  await send('createCase', 413, { raw: ' '.repeat(2 << 20), wrong: true, headers: { 'Content-Type': 'application/json' } });
  await send('writeCase', 201, { args: { id: 'written' }, body: { scenes } });
  await send('writeCase', 428, { args, body: { scenes } });
  await send('writeCase', 200, { args, body: { scenes }, headers: { 'If-Match': '*' } });
  await send('writeCase', 412, { args, body: { scenes }, headers: { 'If-None-Match': '*' } });
  await send('readCase', 304, { args, headers: { 'If-None-Match': '*' } });
  await send('writeCase', 403, { args, body: { scenes }, headers: stranger });
  const { errors } = await send('writeCase', 422, { args, body: { fps: 7, scenes: [{ image: 'gone.jpg' }] }, headers: { 'If-Match': '*' } });
  assert.deepEqual(errors.map(({ pointer }) => pointer), ['/fps', '/scenes/0/image']);
  await send('writeCase', 400, { args: { id: 'a.b' }, body: { scenes }, wrong: true });
  await send('writeCase', 415, { args, raw: '{}', wrong: true, headers: { 'Content-Type': 'text/plain' } });
  await send('writeCase', 413, { args, raw: ' '.repeat(2 << 20), wrong: true, headers: { 'Content-Type': 'application/json' } });
  await send('deleteCase', 412, { args, headers: { 'If-Match': '"0"' } });
  await send('deleteCase', 403, { args, headers: stranger });
  await send('deleteCase', 204, { args });
  await send('deleteCase', 404, { args });
  await send('deleteCase', 400, { args: { id: 'a.b' }, wrong: true });
});

test('summaries', async () => {
  const { cases } = await send('listCases', 200, {});
  const summary = await send('readSummary', 200, { args: { id: 'full' } });
  assert.deepEqual(Object.keys(summary), Object.keys(cases[0]));
  await send('readSummary', 404, { args: { id: 'nothing' } });
  await send('readSummary', 400, { args: { id: 'a.b' }, wrong: true });
});

test('files', async () => {
  const raw = readFileSync(`${process.env.CASECAST_MEDIA_ROOT}/photo.jpg`);
  const digestOf = (bytes) => createHash('sha256').update(bytes).digest('hex');
  const args = { id: digestOf(raw) };
  await send('readFile', 404, { args });
  const { file } = await send('sendFile', 201, { raw });
  assert.equal(file, `file:${args.id}`);
  await send('sendFile', 200, { raw });
  await send('writeFile', 200, { args, raw });
  const other = Buffer.concat([raw, Buffer.alloc(1)]); // behind the end of the picture
  await send('writeFile', 201, { args: { id: digestOf(other) }, raw: other });
  await send('readFile', 200, { args });
  const third = Buffer.concat([raw, Buffer.alloc(2)]); // in two pieces
  const piece = (from, to) => ({
    args: { id: digestOf(third) }, raw: third.subarray(from, to), headers: { 'Content-Range': `bytes ${from}-${to - 1}/${third.length}` },
  });
  assert.equal((await send('writeFile', 202, piece(0, 100))).arrived, 100);
  assert.equal((await send('writeFile', 409, piece(0, 100))).arrived, 100);
  assert.equal((await send('readFile', 404, { args: { id: digestOf(third) } })).arrived, 100);
  await send('writeFile', 201, piece(100, third.length));
  await send('writeFile', 422, { args: { id: '0'.repeat(64) }, raw });
  for (const [name, more, bad] of [['sendFile', {}, {}], ['writeFile', { args }, { args: { id: digestOf('text') } }]]) {
    await send(name, 400, { ...more, raw: '', wrong: true });
    await send(name, 415, { ...bad, raw: 'text' });
    await send(name, 413, { ...more, raw: new Uint8Array((64 << 20) + 1), wrong: true });
    await send(name, 403, { ...more, raw, headers: stranger });
  }
  await send('readFile', 403, { args, headers: stranger });
  await send('readFile', 400, { args: { id: 'x' }, wrong: true });
});

test('stills', async () => {
  const { frames, scenes } = await send('readPlan', 200, { args: { id: 'full' } });
  assert.ok(frames > 0 && scenes.length);
  await send('readStill', 200, { args: { id: 'full', scene: 1, at: 0.5, width: 320 } });
  const tag = (await fetch(`${process.env.CONTRACT_URL}/api/cases/full/still`)).headers.get('etag');
  await send('readStill', 304, { args: { id: 'full' }, headers: { 'If-None-Match': tag } });
  await send('readStill', 400, { args: { id: 'full', t: 'x' }, wrong: true });
  for (const name of ['readStill', 'readPlan']) {
    await send(name, 400, { args: { id: 'a.b' }, wrong: true });
    await send(name, 404, { args: { id: 'nothing' } });
    await send(name, 422, { args: { id: 'empty' } });
  }
});

test('stills of a case that comes along', async () => {
  const body = { title: 'Not written', scenes: [{ image: 'photo.jpg', caption: 'Now', seconds: 1 }] };
  const before = await send('listCases', 200);
  assert.ok((await send('drawPlan', 200, { body })).seconds >= 1);
  await send('drawStill', 200, { args: { scene: 1, at: 0.5, width: 320 }, body });
  const answer = await fetch(`${process.env.CONTRACT_URL}/api/still`, {
    method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body),
  });
  await send('drawStill', 304, { body, headers: { 'If-None-Match': answer.headers.get('etag') } });
  for (const name of ['drawStill', 'drawPlan']) {
    await send(name, 403, { body, headers: stranger });
    const { errors } = await send(name, 422, { body: { scenes: [{ image: 'gone.jpg' }] } });
    assert.deepEqual(errors.map(({ pointer }) => pointer), ['/scenes/0/image']);
    await send(name, 422, { body: { scenes: [] } });
    await send(name, 400, { raw: '{', wrong: true, headers: { 'Content-Type': 'application/json' } });
    await send(name, 415, { raw: '{}', wrong: true, headers: { 'Content-Type': 'text/plain' } });
    await send(name, 413, { raw: ' '.repeat(2 << 20), wrong: true, headers: { 'Content-Type': 'application/json' } });
  }
  await send('drawStill', 400, { args: { scene: 1, t: 1 }, body });
  assert.deepEqual(await send('listCases', 200), before);
  assert.deepEqual(await send('readEditor', 200), { mayWrite: true, why: null });
  assert.match((await send('readEditor', 200, { headers: stranger })).why, /editors.conf/);
});

test('what operators read', async () => {
  await send('readLive', 200);
  assert.ok((await send('readReady', 200)).checks);
  assert.ok(!(await send('readReady', 200, { headers: stranger })).checks);
  await send('readMetrics', 200);
  await send('readMetrics', 403, { headers: stranger });
});

test('what operators do', async () => {
  const { id } = await send('createJob', 202, { body: { waitId: '8' } });
  const args = { id };
  const [streamed] = [send('watchAsOperator', 200, { args: { id: [id] }, headers: events })];
  await until(async () => (await send('readOverview', 200)).watched.some((job) => job.id === id));
  await until(async () => (await send('readJob', 200, { args })).state === 'running');
  await send('setPriority', 409, { args, body: { priority: 7 } });
  await send('setPriority', 400, { args, body: { priority: 10 }, wrong: true });
  await send('retryJob', 409, { args });
  await send('cancelAsOperator', 200, { args });
  const last = (await streamed).filter((frame) => frame.id).at(-1).id;
  await send('watchAsOperator', 204, { args: { id: [id], lastEventId: last }, headers: events });

  const failed = await ended({ troubleId: '8' });
  const again = await send('retryJob', 202, { args: { id: failed } });
  await send('retryJob', 200, { args: { id: failed } });
  await send('watchJob', 200, { args: { id: again.id }, headers: events });

  await send('listJobs', 200, { args: { order: 'queue' } });
  await send('watchAsOperator', 400, { wrong: true });
  await send('watchAsOperator', 404, { args: { id: [noJob] } });
  await send('listHooks', 200, { args: { limit: 2 } });
  await send('listHooks', 400, { args: { after: 'x' } });
  for (const name of ['readOverview', 'listHooks']) await send(name, 403, { headers: stranger });
  await send('watchAsOperator', 403, { args: { id: [id] }, headers: stranger });
  for (const [name, body] of [['cancelAsOperator'], ['retryJob'], ['setPriority', { priority: 1 }]]) {
    await send(name, 403, { args, body, headers: stranger });
    await send(name, 404, { args: { id: noJob }, body });
  }
});

test('a queued job is moved', async () => {
  const many = [];
  let queued;
  for (let i = 20; i < 40 && !queued; i++) {
    const { id } = await send('createJob', 202, { body: { waitId: String(i) } });
    many.push(id);
    const [status] = await sendAny('setPriority', [200, 409], { args: { id }, body: { priority: 0 } });
    queued = status === 200 && (await send('readJob', 200, { args: { id } })).state === 'queued';
  }
  assert.ok(queued);
  for (const id of many) await send('cancelAsOperator', 200, { args: { id } });
});

test('webhooks', async () => {
  const got = [];
  const receiver = createServer((request, response) => {
    let body = '';
    request.on('data', (data) => { body += data; });
    request.on('end', () => {
      got.push({ headers: request.headers, body: JSON.parse(body) });
      response.writeHead(204).end();
    });
  });
  await new Promise((resolve) => { receiver.listen(0, '127.0.0.1', resolve); });
  try {
    const webhook = { url: `http://127.0.0.1:${receiver.address().port}/`, events: 'all' };
    await send('createJob', 202, { body: { textId: '2', input: { text: 'a' }, webhook, metadata: { order: 7 } } });
    await send('createJob', 200, { body: { caseId: 'first', webhook: { ...webhook, events: ['end', 'done'] } } });
    await send('createJob', 202, { body: { troubleId: '3', webhook } });
    await until(() => got.filter(({ body }) => body.data.event === 'end').length === 3);
    await send('createJob', 403, { body: { countId: '1', webhook: { url: 'http://elsewhere.example/' } } });
    const { id } = await send('createJob', 202, { body: { waitId: '2' } });
    for (let i = 0; i < 16; i++) await send('createJob', 200, { body: { waitId: '2', webhook: { ...webhook, url: `${webhook.url}${i}` } } });
    await send('createJob', 409, { body: { waitId: '2', webhook } });
    await send('cancelJob', 200, { args: { id } });
    await until(() => got.filter(({ body }) => body.data.event === 'canceled').length === 16);
  } finally {
    receiver.close();
  }
  const place = step('#', 'paths', '/api/jobs', 'post', 'callbacks', 'webhook', '{$request.body#/webhook/url}', 'post');
  for (const { headers, body } of got) {
    hold(step(place, 'requestBody', 'content', 'application/json', 'schema'), body, 'a webhook');
    for (const [i, name] of ['webhook-id', 'webhook-timestamp', 'webhook-signature'].entries()) {
      hold(step(place, 'parameters', i, 'schema'), headers[name], `a webhook's ${name}`);
    }
  }
});

test('publishers', async () => {
  const headers = { Authorization: `Bearer ${process.env.CASECAST_PUBLISH_KEY}` };
  const { id, publishToken } = await send('createJob', 202, { body: { renderId: '1' }, headers });
  const own = { args: { id }, headers: { Authorization: `Bearer ${publishToken}` } };
  const events = [{ event: 'page', data: { n: 1 }, once: 'page 1' }, 'a message', { data: 'another' }];
  const bodies = { publishEvents: { events }, publishProgress: { percent: 40 }, publishEnd: { result: { pages: 1 } } };
  const count = await ended({ countId: '9' });
  for (const [name, body] of Object.entries(bodies)) {
    await send(name, 403, { args: { id }, body });
    await send(name, 404, { args: { id: noJob }, body, headers });
    await send(name, 409, { args: { id: count }, body, headers });
    await send(name, 400, { ...own, body: [], wrong: true });
    assert.equal((await send(name, 200, { ...own, body })).id, id);
  }
  const problem = await send('publishEvents', 409, { ...own, body: bodies.publishEvents });
  assert.deepEqual([problem.code, problem.state], ['ended', 'done']);
  assert.equal((await send('watchJob', 200, { args: { id }, headers: { Accept: 'text/event-stream' } })).at(-1).event, 'end');
  const failing = await send('createJob', 202, { body: { renderId: '2' }, headers });
  assert.equal((await send('publishEnd', 200, { args: { id: failing.id }, headers, body: { error: 'no' } })).error, 'no');
});

// --- what is left ---

const root = new URL('../../', import.meta.url);

test('the document has the routes of the program, and no others', () => {
  const said = [...operations.values()].map(({ method, path }) => `${method.toUpperCase()} ${path}`);
  const sources = execFileSync('git', ['ls-files', 'fcgi/*.c'], { cwd: root, encoding: 'utf8' }).trim().split('\n')
    .map((name) => readFileSync(new URL(name, root), 'utf8')).join('');
  const there = [...sources.matchAll(/\{"([A-Z]+)", "(\/api[^"]*)"/g)].map(([, method, path]) => `${method} ${path}`);
  const streams = [...sources.matchAll(/stream_paths\[\] = \{([^}]*)\}/g)]
    .flatMap(([, list]) => [...list.matchAll(/"([^"]+)"/g)].map(([, path]) => `GET ${path}`));
  assert.deepEqual(said.sort(), [...there, ...streams, 'GET /create/{kind}'].sort());
});

// These depend on load, faults, secrets and views, which are not made here.
const ELSEWHERE = new Set(['405', '429', '500', '503', '507']);
const SECRETS = new Set(['createVideo', 'createVideoAsTutorial', 'createProgram', 'watchJob', 'watchJobs', 'readJob',
  'cancelJob', 'readPoster', 'readStill', 'readPlan']);

test('each request was sent, and had each of its answers', () => {
  for (const [name, { statuses }] of operations) {
    const missing = statuses.filter((status) => !had.get(name).has(status) && !ELSEWHERE.has(status)
      && !(status === '403' && SECRETS.has(name)));
    assert.deepEqual(missing, [], name);
    assert.ok(had.get(name).size, name);
  }
});

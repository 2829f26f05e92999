// clients.test.mjs - after each fault of a stream, each client has every durable event exactly once, in order, and it
// stops for good at the 204 that follows the end.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { closeBrowser, connectAll, watchFetchEventSource } from './clients.mjs';
import { countLogged, durable, journal, plain, readStrictly, stack, until } from './kit.mjs';
import { setHidden } from './shims.mjs';

after(closeBrowser);

const STREAM = /GET \/(api\/|create\/)/;

/** One subtest for each client, so that each is counted and named. */
async function each(t, viewers, check) {
  for (const [name, viewer] of Object.entries(viewers)) await t.test(name, () => check(viewer, name));
}

const all = (viewers, isTrue) => Object.values(viewers).every(isTrue);

async function whenOver(viewers) {
  try {
    await until('every client stopped at 204', () => all(viewers, (viewer) => viewer.isOver));
  } catch (error) {
    error.message += `: not ${Object.keys(viewers).filter((name) => !viewers[name].isOver)}`;
    throw error;
  } finally {
    for (const viewer of Object.values(viewers)) await viewer.close();
  }
}

test('a stream from its first message to the 204', async (t) => {
  const viewers = await connectAll('/api/events?count=10&interval=100');
  await whenOver(viewers);
  const asked = await countLogged(STREAM);
  const ids = Array.from({ length: 11 }, (_, i) => `clock:${i + 1}`);
  await each(t, viewers, (viewer) => {
    assert.equal(viewer.runs, 1);
    assert.deepEqual(viewer.seen.map(({ id }) => id), ids);
    assert.equal(viewer.seen.at(-1).data, 'finished');
  });
  await sleep(1500);
  assert.equal(await countLogged(STREAM), asked, 'no client connects again after 204');
});

test('every client reads every frame in the same way', async (t) => {
  const secret = ' äöü €\u{1F3AC}\nsecond\r\nthird\rfourth\n\n: no comment\ndata: no field\nid: 7\n';
  const path = `/api/events?count=1&interval=100&client_secret=${encodeURIComponent(secret)}%00%FF%C3`;
  const viewers = await connectAll(path);
  await whenOver(viewers);
  const strict = await readStrictly(plain + path);
  const said = strict[0].data;
  assert.ok(said.endsWith(`the client secret: ${secret.replace(/\r\n?/g, '\n')}\uFFFD\uFFFD\uFFFD`), said);
  await each(t, viewers, (viewer) => {
    assert.equal(viewer.seen[0].data, said);
    assert.deepEqual(viewer.seen.map(({ id, event }) => [id, event]), strict.map(({ id, event }) => [id, event]));
  });
});

/** Connects each client to a new job; runs `meddle(viewers)` when each has three of its events and none has its end. */
async function throughTrouble(t, caseId, meddle) {
  const path = `/create/video?caseId=${caseId}`;
  const viewers = await connectAll(path);
  await until('every client is in the middle', () => all(viewers, ({ seen }) => durable(seen).length >= 3));
  assert.ok(all(viewers, ({ seen }) => !seen.some(({ event }) => event === 'done')), 'the job is not over yet');
  await meddle(viewers);
  await whenOver(viewers);
  const wanted = await journal(plain + path);
  await each(t, viewers, (viewer) => {
    assert.ok(viewer.runs > 1, 'the client connected again');
    assert.deepEqual(durable(viewer.seen), wanted);
  });
}

test('connections cut in the middle: each client resumes',
  (t) => throughTrouble(t, 'cut', () => stack('kill_nginx_workers')));

test('a killed responder: each client resumes at another one',
  (t) => throughTrouble(t, 'killed', () => stack('kill_responder')));

test('no responder for a while: each client connects again', (t) => throughTrouble(t, 'away', async (viewers) => {
  const before = Object.fromEntries(Object.entries(viewers).map(([name, { runs }]) => [name, runs]));
  await stack('responders_stop');
  await until('every client met no responder', () => Object.keys(viewers).every((name) => viewers[name].runs > before[name]));
  assert.ok(await countLogged(/GET \/create\/video 200 .* upstream=502/) >= Object.keys(viewers).length);
  await stack('responders_start');
}));

test('fetch-event-source resumes in a tab that was hidden', async () => {
  const viewer = watchFetchEventSource(`${plain}/api/events?count=20&interval=100`);
  await until('the client has three messages', () => viewer.seen.length >= 3);
  setHidden(true);
  await sleep(300); // messages are sent meanwhile
  setHidden(false);
  await until('the client has stopped', () => viewer.isOver);
  assert.equal(viewer.runs, 2);
  assert.deepEqual(viewer.seen.map(({ id }) => id), Array.from({ length: 21 }, (_, i) => `clock:${i + 1}`));
});

// origins.test.mjs - pages of other sites: a page of a site in CASECAST_ORIGINS watches, makes and cancels; other pages
// start nothing by an EventSource, a picture or a form.

import assert from 'node:assert/strict';
import http from 'node:http';
import { after, before, test } from 'node:test';
import { base, withPage } from './kit.mjs';

const named = `http://127.0.0.1:${process.env.APP_PORT}`;
const REFUSED = /blocked by CORS|Failed to load resource|ERR_BLOCKED|MIME type/;
let server, other;

const listen = (port) => new Promise((resolve) => {
  const site = http.createServer((request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/html' });
    response.end('<!doctype html><link rel="icon" href="data:,"><title>another site</title>');
  }).listen(port, '127.0.0.1', () => resolve(site));
});

before(async () => {
  server = await listen(Number(process.env.APP_PORT));
  other = await listen(0);
});
after(() => [server, other].forEach((site) => { site.closeAllConnections(); site.close(); }));

const jobOf = (page, id) => page.evaluate(async ([at, caseId]) => {
  const source = new EventSource(`${at}/create/video?caseId=${caseId}`);
  return new Promise((resolve) => {
    source.addEventListener('job', ({ data }) => { source.close(); resolve(JSON.parse(data).id); });
    source.onerror = () => { source.close(); resolve(null); };
  });
}, [base, id]);

test('a page of an allowed site may make, watch, cancel', withPage({ elsewhere: named, forgive: /status of 4/ }, async (page) => {
  await page.goto(named);
  const job = await jobOf(page, 'calm');
  assert.match(job, /^[a-z0-9]{26}$/);
  const ask = (path, options) => page.evaluate(async ([url, how]) => {
    const answer = await fetch(url, how);
    return [answer.status, await answer.json()];
  }, [base + path, options]);
  const json = { 'Content-Type': 'application/json', 'Last-Event-ID': 'x:1', 'X-Client-Secret': 'x' };
  assert.equal((await ask('/api/jobs', { method: 'POST', headers: json, body: '{"caseId":"calm"}' }))[1].id, job);
  const deadline = Date.now() + 20_000; // until the server notices that the stream was closed
  let canceled;
  do canceled = await ask(`/api/jobs/${job}/cancel`, { method: 'POST' });
  while (canceled[0] === 409 && Date.now() < deadline);
  assert.equal(canceled[0], 200);
  assert.equal((await ask('/api/cases/nothing', {}))[0], 404);
}));

test('a page of any other site starts nothing', async () => {
  const at = `http://127.0.0.1:${other.address().port}`;
  await withPage({ elsewhere: at, forgive: REFUSED }, async (page) => {
    const jobs = async () => (await (await fetch(`${base}/api/cases`)).json()).cases
      .filter(({ id, job, video }) => id === 'torn' && (job || video)).length;
    const was = await jobs();
    await page.goto(at);
    assert.equal(await jobOf(page, 'torn'), null);
    await page.evaluate((url) => new Promise((resolve) => {
      const image = new Image();
      image.onload = image.onerror = resolve;
      image.src = `${url}/create/video?caseId=torn`;
    }), base);
    const posted = await page.evaluate((url) => fetch(`${url}/api/jobs`, { method: 'POST', mode: 'no-cors',
      headers: { 'Content-Type': 'text/plain' }, body: '{"caseId":"torn"}' }).then(() => 'sent', () => 'refused'), base);
    assert.ok(['sent', 'refused'].includes(posted));
    assert.equal(await page.evaluate((url) => fetch(`${url}/api/cases`).then(() => 'read', () => 'refused'), base), 'refused');
    assert.equal(await jobs(), was);
  })();
});

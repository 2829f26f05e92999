// origins.test.mjs - pages of other sites: a page of a site in CASECAST_ORIGINS watches, makes and cancels; other pages
// start nothing by an EventSource, a picture or a form.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { after, before, test } from 'node:test';
import { base, withPage } from './kit.mjs';

const named = `http://127.0.0.1:${process.env.APP_PORT}`;
const REFUSED = /blocked by CORS|Failed to load resource|ERR_BLOCKED|MIME type|frame-ancestors/;
let server, other;

const manual = readFileSync(new URL('../../nginx/client/element.md', import.meta.url), 'utf8');
const modules = {
  '/react.js': 'react/umd/react.production.min.js',
  '/react-dom.js': 'react-dom/umd/react-dom.production.min.js',
  '/htmx.js': 'htmx.org/dist/htmx.min.js',
};

// A page of the manual, with our site and a case of ours.
const example = (name) => manual.split(`\`\`\`html ${name}\n`)[1]?.split('\n```')[0]
  .replaceAll('https://video.example.org', base).replaceAll('case="1"', 'case="tall"').replaceAll("id: '1'", "id: 'tall'")
  .replaceAll('embed/1', 'embed/tall');

function contentOf(path) {
  if (modules[path]) return ['text/javascript', readFileSync(new URL(`node_modules/${modules[path]}`, import.meta.url))];
  if (path === '/thanks') return ['text/html', 'Thanks for waiting'];
  return ['text/html', `${example(path.slice(1)) ?? '<!doctype html><title>another site</title>'}<link rel="icon" href="data:,">`];
}

const listen = (port) => new Promise((resolve) => {
  const site = http.createServer((request, response) => {
    const [type, content] = contentOf(request.url);
    response.writeHead(200, { 'Content-Type': type });
    response.end(content);
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

const made = (page) => page.locator('casecast-video[state=done]').waitFor({ timeout: 120_000 });

test('one line of HTML: the element asks, makes the video, and plays it in a page of another site', withPage({ elsewhere: named }, async (page) => {
  await page.addInitScript(() => { // the element of a case that is made hears its events before the page is there
    globalThis.heard = [];
    for (const name of ['job', 'done']) document.addEventListener(name, ({ detail }) => globalThis.heard.push([name, detail]), true);
  });
  await page.goto(`${named}/element.html`);
  const element = page.locator('casecast-video');
  const create = element.getByRole('button', { name: 'Create video' });
  await create.or(page.locator('casecast-video[state=done]')).first().waitFor();
  if (await create.isVisible()) await create.click();
  await made(page);
  const player = element.locator('.player');
  await player.waitFor({ timeout: 20_000 });
  await player.evaluate((video) => video.play());
  await page.waitForFunction((video) => video.currentTime > 0.3, await player.elementHandle(), { timeout: 20_000 });
  const heard = await page.evaluate(() => globalThis.heard);
  assert.ok(heard.some(([name]) => name === 'job'));
  const [, done] = heard.find(([name]) => name === 'done');
  assert.ok(done.video.startsWith(`${base}/media/`), done.video);
  const later = element.locator('.marks i'); // chapters that begin later; they are read when the video is there
  await later.first().waitFor({ state: 'attached', timeout: 20_000 });
  assert.equal(await later.count(), 1);
  assert.match(await player.evaluate(async (video) => {
    const track = video.querySelector('track[kind=captions]');
    track.track.mode = 'hidden';
    while (track.readyState < HTMLTrackElement.LOADED) await new Promise((resolve) => { setTimeout(resolve, 50); });
    return [...track.track.cues].map(({ text }) => text).join();
  }), /First,Second/);
  await page.goto(`${named}/react.html`);
  await page.locator('figcaption', { hasText: /^\d.* seconds$/ }).waitFor({ timeout: 20_000 });
  await page.goto(`${named}/htmx.html`);
  await page.locator('#after', { hasText: 'Thanks for waiting' }).waitFor({ timeout: 20_000 });
  await page.goto(`${named}/frame.html`);
  await page.frameLocator('iframe').locator('casecast-video[state=done]').waitFor({ timeout: 20_000 });
}));

test('a page of any other site starts nothing', async () => {
  const at = `http://127.0.0.1:${other.address().port}`;
  await withPage({ elsewhere: at, forgive: REFUSED }, async (page) => {
    const jobs = async () => (await (await fetch(`${base}/api/cases`)).json()).cases
      .filter(({ id, job, video }) => id === 'torn' && (job || video)).length;
    const was = await jobs();
    await page.goto(`${at}/element.html`);
    await page.locator('casecast-video[state=failed]').waitFor();
    assert.match(await page.locator('casecast-video .status').textContent(), /CASECAST_ORIGINS must name it/);
    await Promise.all([
      page.waitForEvent('console', (message) => /frame-ancestors/.test(message.text())),
      page.goto(`${at}/frame.html`),
    ]);
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

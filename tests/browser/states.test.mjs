// states.test.mjs - what the gallery shows in states that can't be had on demand.  The page is real; the
// EventSource is a double that the test speaks through, and the list of cases is the test's.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertNoSidewaysScroll, base, phone, withPage } from './kit.mjs';

const CASE = { id: 'one', title: 'One <b>case</b>', language: 'en', shape: '16:9', scenes: 2, video: null };

const REFUSED = { forgive: /Failed to load resource/ }; // what Chromium says of any error status

function installDouble() {
  globalThis.EventSource = class extends EventTarget {
    static CONNECTING = 0;
    static OPEN = 1;
    static CLOSED = 2;
    readyState = 1;

    constructor(url) {
      super();
      this.url = url;
      (globalThis.sources ??= []).push(this);
      setTimeout(() => this.onopen?.());
    }

    close() { this.readyState = 2; }
  };
  globalThis.say = (name, data) => {
    const event = new MessageEvent(name, { data: typeof data === 'string' ? data : JSON.stringify(data) });
    const source = globalThis.sources.at(-1);
    if (name === 'message') source.onmessage?.(event);
    else source.dispatchEvent(event);
  };
  globalThis.breakOff = (readyState) => {
    const source = globalThis.sources.at(-1);
    source.readyState = readyState;
    source.onerror?.();
  };
}

const say = (page, name, data) => page.evaluate(([n, d]) => globalThis.say(n, d), [name, data]);
const text = (page, id) => page.locator(`#${id}`).textContent();

async function answerCases(page, body) {
  await page.route('**/api/cases', (route) => route.fulfill({ json: body }));
  await page.route('**/api/cases/*', (route) => route.fulfill({
    json: { ...CASE, scenes: [{ caption: 'A', credit: 'Somebody' }, { caption: 'B', credit: 'Somebody' }] },
  }));
}

function withOpenCase(options, body) {
  return withPage(options, async (page) => {
    await page.addInitScript(installDouble);
    await answerCases(page, { cases: [CASE] });
    await page.goto(`${base}/#case=one`);
    await page.waitForFunction(() => globalThis.sources?.length === 1);
    await body(page);
  });
}

test('an empty gallery says how to fill it', withPage({}, async (page) => {
  await answerCases(page, { cases: [] });
  await page.goto(base);
  await page.getByText('No cases yet').waitFor();
  assert.match(await text(page, 'gallery-note-code'), /casecast import/);
}));

test('a gallery that could not be loaded says why, and loads on a press', withPage(REFUSED, async (page) => {
  let answers = 0;
  await page.route('**/api/cases', (route) => route.fulfill(answers++
    ? { json: { cases: [CASE] } }
    : { status: 503, json: { detail: 'the database is locked' } }));
  await page.goto(base);
  await page.locator('#gallery-again').waitFor();
  assert.equal(await text(page, 'gallery-note-text'), 'the database is locked');
  await page.locator('#gallery-again').click();
  await page.locator('.card').waitFor();
  assert.equal(await page.locator('#gallery-note').isVisible(), false);
}));

test('a title is text, never markup', withOpenCase({}, async (page) => {
  assert.equal(await text(page, 'theatre-title'), CASE.title);
  assert.equal(await page.locator('.card b, .theatre b').count(), 0);
}));

test('a queued job tells its place', withOpenCase({}, async (page) => {
  await say(page, 'job', { id: 'j', state: 'queued', position: 3, case: 'one' });
  assert.equal(await text(page, 'percent'), '#3');
  assert.match(await text(page, 'stage'), /2 before yours/);
  await say(page, 'job', { id: 'j', state: 'queued', position: 1, case: 'one' });
  assert.match(await text(page, 'stage'), /Next in the queue/);
  assert.equal(await page.locator('#bar').getAttribute('value'), null);
}));

test('progress tells percent, stage and time left, in the tab too', withOpenCase({}, async (page) => {
  const progress = { stage: 'encoding', percent: 43.7, frames: 393, of: 900, fps: 91.6, etaMs: 5200 };
  await say(page, 'progress', progress);
  assert.equal(await text(page, 'percent'), '43%');
  assert.equal(await text(page, 'left'), 'about 6 s');
  assert.equal(await text(page, 'frames'), '393 of 900');
  assert.equal(await text(page, 'speed'), '92 fps');
  assert.match(await page.title(), /^43 %/);
  await say(page, 'progress', { ...progress, etaMs: null, fps: 0 });
  assert.equal(await text(page, 'left'), '–');
}));

test('a screen reader hears stages and quarters, not every percent', withOpenCase({}, async (page) => {
  const heard = new Set();
  for (let percent = 0; percent <= 100; percent++) {
    await say(page, 'progress', { stage: 'encoding', percent, frames: percent, of: 100, fps: 1, etaMs: 1 });
    heard.add(await text(page, 'announcer'));
  }
  assert.equal(heard.size, 5);
}));

test('a scene told twice is shown once', withOpenCase({}, async (page) => {
  const scene = { index: 1, of: 2, thumbnail: '/icon.svg' };
  await say(page, 'scene', scene);
  await say(page, 'scene', scene);
  assert.equal(await page.locator('#strip img').count(), 1);
  assert.equal(await page.locator('#strip li').count(), 2);
}));

test('a lost connection is said, and its return', withOpenCase({}, async (page) => {
  await page.evaluate(() => globalThis.breakOff(0));
  await page.locator('#lost').waitFor();
  await page.evaluate(() => globalThis.sources.at(-1).onopen());
  await page.locator('#lost').waitFor({ state: 'hidden' });
}));

test('a stream refused for good is asked anew', withOpenCase({}, async (page) => {
  await page.evaluate(() => globalThis.breakOff(2));
  await page.locator('#lost').waitFor();
  await page.waitForFunction(() => globalThis.sources.length === 2);
  await page.locator('#lost').waitFor({ state: 'hidden' });
}));

test('an error without a job is a failure too', withOpenCase({}, async (page) => {
  await say(page, 'message', 'error case one not found');
  await say(page, 'message', 'finished_video');
  await page.locator('#message-title', { hasText: 'could not be made' }).waitFor();
  assert.equal(await text(page, 'message-text'), 'case one not found');
  assert.equal(await page.evaluate(() => globalThis.sources[0].readyState), 2);
}));

test('markup in a reason is text', withOpenCase({}, async (page) => {
  await say(page, 'failed', { error: '<img src=x onerror=alert(1)>' });
  assert.equal(await text(page, 'message-text'), '<img src=x onerror=alert(1)>');
  assert.equal(await page.locator('#message img').count(), 0);
}));

test('a cancel that is refused says why, and the video goes on', withOpenCase(REFUSED, async (page) => {
  await page.route('**/api/jobs/j/cancel?viewer=*', (route) => route.fulfill({ status: 503, json: { detail: 'draining' } }));
  await say(page, 'job', { id: 'j', state: 'running', position: 0, case: 'one' });
  await page.locator('#cancel').click();
  await page.locator('#message-title', { hasText: 'could not be canceled' }).waitFor();
  assert.equal(await text(page, 'message-text'), 'draining');
  assert.equal(await page.locator('#cancel').isVisible(), true);
}));

for (const [watching, said] of [[1, '1 other still watches'], [2, '2 others still watch']]) {
  test(`who cancels what ${watching} more watch leaves it to them`, withOpenCase(REFUSED, async (page) => {
    await page.route('**/api/jobs/j/cancel?viewer=*', (route) => route.fulfill({ status: 409, json: { detail: 'x', watching } }));
    await say(page, 'job', { id: 'j', state: 'running', position: 0, case: 'one' });
    await page.locator('#cancel').click();
    await page.locator('#message-title', { hasText: 'You left' }).waitFor();
    assert.equal(await text(page, 'message-text'), `${said}: the video goes on.`);
    assert.equal(await page.evaluate(() => globalThis.sources[0].readyState), 2);
    assert.match(await page.evaluate(() => globalThis.sources[0].url), /&viewer=\w+$/);
  }));
}

test('every state fits a phone', withOpenCase(phone, async (page) => {
  await say(page, 'job', { id: 'j', state: 'queued', position: 2, case: 'one' });
  await assertNoSidewaysScroll(page);
  await say(page, 'progress', { stage: 'encoding', percent: 50, frames: 123456, of: 234567, fps: 100, etaMs: 4e6 });
  await page.evaluate(() => globalThis.breakOff(0));
  await assertNoSidewaysScroll(page);
  await say(page, 'failed', { error: `scenes[1].image: no such file: ${'long/'.repeat(60)}x.jpg` });
  await assertNoSidewaysScroll(page);
}));

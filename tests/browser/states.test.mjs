// states.test.mjs - the gallery in states that the real server can't produce on demand.  The page is real; the test
// sends the events of its EventSource and answers its request for the list of cases.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CASE, FILM, answerCases, answerFilm, answerPicture, installDouble, say, text, withOpenCase,
} from './double.mjs';
import { assertNoSidewaysScroll, assertSoon, base, phone, withPage } from './kit.mjs';

const REFUSED = { forgive: /Failed to load resource/ }; // Chromium logs this for any error status

test('an empty gallery says how to fill it', withPage({}, async (page) => {
  await answerCases(page, { cases: [] });
  await page.goto(base);
  await page.getByText('No cases yet').waitFor();
  assert.match(await text(page, 'gallery-note-code'), /casecast import/);
}));

test('a gallery that could not be loaded shows the reason, and a press loads it', withPage(REFUSED, async (page) => {
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

for (const status of [202, 403]) { // 403: a secret key is set, so pages may not create a job
  test(`a press creates, a reconnect or a reload only watches (POST: ${status})`, withPage(REFUSED, async (page) => {
    let begun = 0;
    await page.addInitScript(installDouble);
    await answerCases(page, { cases: [CASE] });
    await page.route('**/api/jobs', (route) => {
      begun++;
      return route.fulfill({ status, json: {} });
    });
    const streams = (n) => page.waitForFunction((wanted) => globalThis.sources?.length === wanted, n);
    await page.goto(base);
    await page.locator('.card button').click();
    await streams(1);
    assert.equal(begun, 1);
    await page.evaluate(() => globalThis.breakOff(EventSource.CLOSED));
    await streams(2);
    assert.equal(begun, 1);
    await say(page, 'failed', { error: 'scene 1' });
    await page.locator('#close').click();
    await page.locator('.card .poster').click();
    await streams(3);
    assert.equal(begun, 2);
    await page.reload();
    await streams(1);
    assert.equal(begun, 2);
  }));
}

test('a title is shown as text, never as markup', withOpenCase({}, async (page) => {
  assert.equal(await text(page, 'theatre-title'), CASE.title);
  assert.equal(await page.locator('.card b, .theatre b').count(), 0);
}));

test('a queued job shows its position', withOpenCase({}, async (page) => {
  await say(page, 'job', { id: 'j', state: 'queued', position: 3, case: 'one' });
  assert.equal(await text(page, 'percent'), '#3');
  assert.match(await text(page, 'stage'), /2 before yours/);
  await say(page, 'job', { id: 'j', state: 'queued', position: 1, case: 'one' });
  assert.match(await text(page, 'stage'), /Next in the queue/);
  assert.equal(await page.locator('#bar').getAttribute('value'), null);
}));

const inQueue = (position, waitMs) => ({ job: { id: 'j', state: 'queued', position, waitMs } });
for (const [waitMs, said] of [[41_200, /^In the queue: 2 before yours, starts in about 42 s$/],
  [400_000, /, starts in about 7 min$/], [0, /, starts in a moment$/], [null, /^In the queue: 2 before yours$/]]) {
  test(`a queued job shows when it starts: ${said}`, withOpenCase({ item: inQueue(3, waitMs) }, async (page) => {
    const answered = page.waitForResponse('**/api/cases');
    await say(page, 'job', { id: 'j', state: 'queued', position: 3, case: 'one' });
    await answered;
    await assertSoon(async () => assert.match(await text(page, 'stage'), said));
  }));
}

for (const etaMs of [0, 400, 999]) {
  test(`${etaMs} ms left are shown as a moment, never as 0 s`, withOpenCase({}, async (page) => {
    await say(page, 'progress', { stage: 'joining', percent: 99.9, frames: 900, of: 900, fps: 91.6, etaMs });
    assert.equal(await text(page, 'left'), 'a moment');
    assert.doesNotMatch(await page.locator('#theatre').evaluate((panel) => panel.textContent), /\b0 s\b/);
  }));
}

test('a finished video shows no time left', withOpenCase(REFUSED, async (page) => {
  await answerFilm(page);
  await say(page, 'progress', { stage: 'joining', percent: 99.9, frames: 900, of: 900, fps: 91.6, etaMs: 0 });
  await say(page, 'done', FILM);
  assert.equal(await text(page, 'made-left'), '');
  assert.equal(await text(page, 'made-text'), 'Complete');
}));

test('a canceled job that ran says that its finished parts are kept', withOpenCase({}, async (page) => {
  await say(page, 'job', { id: 'j', state: 'running', position: 0, case: 'one' });
  await say(page, 'progress', { stage: 'encoding', percent: 40, frames: 360, of: 900, fps: 91.6, etaMs: 5200 });
  await say(page, 'canceled', {});
  assert.match(await text(page, 'message-text'), /the parts that are kept are used again/);
}));

test('a canceled job that was queued says that it had not begun', withOpenCase({}, async (page) => {
  await say(page, 'job', { id: 'j', state: 'queued', position: 3, case: 'one' });
  await say(page, 'canceled', {});
  assert.match(await text(page, 'message-text'), /had not begun/);
}));

test('progress shows percent, stage and time left, in the title of the tab too', withOpenCase({}, async (page) => {
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

test('a scene of two events is shown once', withOpenCase({}, async (page) => {
  const scene = { index: 1, of: 2, thumbnail: '/icon.svg' };
  await say(page, 'scene', scene);
  await say(page, 'scene', scene);
  assert.equal(await page.locator('#strip img').count(), 1);
  assert.equal(await page.locator('#strip li').count(), 2);
}));

const arrived = (page, which) => page.waitForFunction((selector) => {
  const image = document.querySelector(selector);
  return image?.complete && image.naturalWidth > 0 && getComputedStyle(image).visibility === 'visible';
}, which, { timeout: 15_000 });

const PICTURES = [
  ['of a scene in the strip', '#strip img', (page) => say(page, 'scene', { index: 1, of: 2, thumbnail: '/seen.jpg' })],
  ['of a scene on the screen', '#stills img', (page) => say(page, 'scene', { index: 1, of: 2, thumbnail: '/seen.jpg' })],
  ['of a card whose video is made', '.card .picture', (page) => say(page, 'done', { ...FILM, thumbnail: '/seen.jpg' })],
];
for (const [name, which, begin] of PICTURES) {
  test(`a picture ${name} that could not be loaded is requested again`, withOpenCase(REFUSED, async (page) => {
    await answerFilm(page);
    await answerPicture(page, '**/seen.jpg', 2);
    await begin(page);
    await arrived(page, which);
  }));
}

test('a poster of a card that is not made yet is requested again', withPage(REFUSED, async (page) => {
  await answerCases(page, { cases: [{ ...CASE, poster: '/seen.jpg' }] });
  await page.route('**/seen.jpg', (route) => route.fulfill({ status: 204 })); // the server still makes it
  await page.goto(base);
  await page.locator('.card .art i').first().waitFor();
  await answerPicture(page, '**/seen.jpg', 0);
  await arrived(page, '.card .picture');
}));

test('poster and reel pictures that could not be loaded are requested again', withOpenCase(REFUSED, async (page) => {
  await answerFilm(page);
  const poster = await answerPicture(page, '**/made/poster.jpg', 1);
  const sheet = await answerPicture(page, '**/made/sprites.jpg', 1);
  let vtt = 0;
  await page.route('**/made/sprites.vtt', (route) => (vtt++ ? route.fallback() : route.abort('internetdisconnected')));
  await say(page, 'done', FILM);
  await page.locator('#reel').waitFor();
  await page.waitForFunction(() => document.getElementById('player').poster.endsWith('/made/poster.jpg'));
  const bar = await page.locator('#reel-at').boundingBox();
  let x = 0;
  await assertSoon(async () => {
    await page.mouse.move(bar.x + bar.width * (0.2 + (x++ % 10) / 20), bar.y + bar.height / 2);
    assert.equal(await page.locator('#reel-picture').isVisible(), true);
  });
  assert.ok(poster.times >= 2 && sheet.times >= 2 && vtt >= 2);
}));

test('missing pictures are requested at once when the connection is back', withOpenCase(REFUSED, async (page) => {
  const lost = await answerPicture(page, '**/seen.jpg', 3);
  await page.clock.install();
  await say(page, 'scene', { index: 1, of: 2, thumbnail: '/seen.jpg' });
  for (let times = 2; times <= 4; times++) { // strip and screen request the same picture
    await assertSoon(async () => assert.ok(lost.times >= times - 1));
    await page.evaluate(() => dispatchEvent(new Event('online')));
  }
  await arrived(page, '#strip img');
}));

test('a lost picture is not requested forever', withOpenCase(REFUSED, async (page) => {
  const lost = await answerPicture(page, '**/seen.jpg', Infinity);
  await page.clock.install();
  await say(page, 'scene', { index: 1, of: 2, thumbnail: '/seen.jpg' });
  for (let i = 0; i < 40; i++) {
    await page.clock.runFor(30_000);
    await page.evaluate(() => Promise.resolve());
  }
  assert.ok(lost.times > 2 && lost.times <= 14, `requested ${lost.times} times`);
  assert.equal(await page.locator('#strip img').evaluate((image) => getComputedStyle(image).visibility), 'hidden');
}));

test('the page shows a lost connection, and its return', withOpenCase({}, async (page) => {
  await page.evaluate(() => globalThis.breakOff(0));
  await page.locator('#lost').waitFor();
  await page.evaluate(() => globalThis.sources.at(-1).onopen());
  await page.locator('#lost').waitFor({ state: 'hidden' });
}));

test('a stream that was closed for good is opened again', withOpenCase({}, async (page) => {
  await page.evaluate(() => globalThis.breakOff(2));
  await page.locator('#lost').waitFor();
  await page.waitForFunction(() => globalThis.sources.length === 2);
  await page.locator('#lost').waitFor({ state: 'hidden' });
}));

test('an error without a job is shown as a failure', withOpenCase({}, async (page) => {
  await say(page, 'message', 'error case one not found');
  await say(page, 'message', 'finished_video');
  await page.locator('#message-title', { hasText: 'could not be made' }).waitFor();
  assert.equal(await text(page, 'message-text'), 'case one not found');
  assert.equal(await page.evaluate(() => globalThis.sources[0].readyState), 2);
}));

test('markup in a reason is shown as text', withOpenCase({}, async (page) => {
  await say(page, 'failed', { error: '<img src=x onerror=alert(1)>' });
  assert.equal(await text(page, 'message-text'), '<img src=x onerror=alert(1)>');
  assert.equal(await page.locator('#message img').count(), 0);
}));

test('a cancel that is refused shows the reason, and the video continues', withOpenCase(REFUSED, async (page) => {
  await page.route('**/api/jobs/j/cancel?viewer=*', (route) => route.fulfill({ status: 503, json: { detail: 'draining' } }));
  await say(page, 'job', { id: 'j', state: 'running', position: 0, case: 'one' });
  await page.locator('#cancel').click();
  await page.locator('#message-title', { hasText: 'could not be canceled' }).waitFor();
  assert.equal(await text(page, 'message-text'), 'draining');
  assert.equal(await page.locator('#cancel').isVisible(), true);
}));

for (const [watching, said] of [[1, '1 other still watches'], [2, '2 others still watch']]) {
  test(`a cancel of a video that ${watching} more watch closes the panel only`, withOpenCase(REFUSED, async (page) => {
    await page.route('**/api/jobs/j/cancel?viewer=*', (route) => route.fulfill({ status: 409, json: { detail: 'x', watching } }));
    await say(page, 'job', { id: 'j', state: 'running', position: 0, case: 'one' });
    await page.locator('#cancel').click();
    await page.locator('#message-title', { hasText: 'You left' }).waitFor();
    assert.equal(await text(page, 'message-text'), `${said}, so the video goes on.`);
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

const LONG = {
  english: 'A very long title that somebody wrote because nobody told them that titles are read by people who have little time and less room, and so it goes on and on until the two hundred characters are full, and not one less',
  german: `Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft ${'ohne Ende '.repeat(11)}`,
  arabic: 'عنوان طويل جدا '.repeat(13),
  hindi: 'एक बहुत लंबा शीर्षक '.repeat(10),
  chinese: '一个非常长的标题没有任何空格'.repeat(14),
};
for (const [script, title] of Object.entries(LONG)) {
  const item = { title: title.slice(0, 200).trim() };
  const check = (scheme) => async (page) => {
    await answerFilm(page);
    await say(page, 'done', FILM);
    await page.locator('#reel').waitFor();
    await assertNoSidewaysScroll(page);
    const boxes = await page.evaluate(() => ['screen', 'reel', 'strip'].map((id) => {
      const { top, bottom } = document.getElementById(id).getBoundingClientRect();
      return { top: Math.round(top), bottom: Math.round(bottom) };
    }));
    assert.equal(boxes[0].bottom, boxes[1].top, `${scheme}: a band under the picture`);
    assert.equal(boxes[1].bottom, boxes[2].top, `${scheme}: a band under the reel`);
  };
  test(`a long title in ${script} leaves no band`, withOpenCase({ ...REFUSED, item, colorScheme: 'light' }, check('wide')));
  test(`a long title in ${script} leaves no band on a phone`, withOpenCase({ ...REFUSED, ...phone, item }, check('phone')));
}

// live.test.mjs - a video is watched while it is made: real jobs, real pieces, real Media Source Extensions.

import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { test } from 'node:test';
import { assertNoSidewaysScroll, base, phone, withPage } from './kit.mjs';

const SHOTS = process.env.SHOTS; // a folder for screenshots of each state

const shot = (page, name) => (SHOTS ? page.screenshot({ path: `${SHOTS}/${name}.png` }) : null);
const pressed = (page, title) => page.locator('.card', { hasText: title }).getByRole('button').click();
const ready = (page) => page.locator('#message-title', { hasText: 'Your video is ready' })
  .waitFor({ timeout: 180_000 });
const swapped = (page) => page.waitForFunction(() => document.getElementById('live').hidden
  && document.getElementById('player').controls, null, { timeout: 20_000 });
const plays = (page, id, from) => page.waitForFunction(
  ([name, seconds]) => {
    const video = document.getElementById(name);
    return !video.hidden && video.currentTime > seconds;
  }, [id, from], { timeout: 180_000 });

async function openGallery(page) {
  await page.goto(base);
  await page.locator('.card').first().waitFor();
}

/** Runs in the page.  What each frame of the screen shows of the video: { at, id, ready }. */
function watchTheClock() {
  globalThis.seen = [];
  const [live, player] = ['live', 'player'].map((id) => document.getElementById(id));
  const look = () => {
    const video = live.hidden ? player : live;
    if (!video.hidden) {
      globalThis.seen.push({ at: video.currentTime, id: video.id, ready: video.readyState, now: performance.now() });
    }
    requestAnimationFrame(look);
  };
  look();
}

test('a video plays while it is made, and the final file takes over without a jump', withPage({}, async (page) => {
  await openGallery(page);
  await page.evaluate(watchTheClock);
  await pressed(page, 'Film');
  await plays(page, 'live', 1);
  await shot(page, 'playing');
  assert.match(await page.locator('#message-title').textContent(), /can watch it already/, 'finished before it plays');
  assert.match(await page.locator('#made').textContent(), /\d+ % made/);
  const source = await page.locator('#live').evaluate((video) => [video.src.split(':')[0], video.duration]);
  assert.equal(source[0], 'blob');
  const start = await page.locator('#live').evaluate((video) => video.buffered.start(0));
  assert.ok(start < 1 / 60, `its first picture is shown at ${start} s`);
  assert.ok(Math.abs(source[1] - 36) < 2, `it is to be ${source[1]} s long`);
  // On a slow machine the player reaches the end with the encoder: it goes back to the middle, where a jump would show.
  await page.waitForFunction(() => parseInt(document.getElementById('made-text').textContent, 10) >= 70, null,
    { timeout: 120_000 });
  await page.locator('#live').evaluate((video) => { video.currentTime = 3; });
  await ready(page);
  await swapped(page);
  await page.waitForTimeout(500);
  await shot(page, 'done');
  const seen = await page.evaluate(() => globalThis.seen);
  const last = seen.findLastIndex(({ id }) => id === 'live');
  const [before, after] = [seen[last], seen[last + 1]];
  assert.ok(last > 0 && after.id === 'player');
  assert.ok(after.at - before.at > -0.05, `it went back ${before.at} -> ${after.at}`);
  assert.ok(after.at - before.at < 0.05 + (after.now - before.now) / 1000 + 0.1, `it sprang ${before.at} -> ${after.at}`);
  assert.ok(after.ready >= 2, 'the final film had no picture yet');
  const end = await page.locator('#player').evaluate((video) => ({
    src: video.currentSrc, paused: video.paused, muted: video.muted, volume: video.volume, rate: video.playbackRate,
    at: video.currentTime,
  }));
  assert.match(end.src, /\/media\/.*\.mp4$/);
  assert.ok(end.at > after.at, 'it plays on');
  assert.deepEqual([end.paused, end.muted, end.volume, end.rate], [false, false, 1, 1]);
  assert.equal(await page.locator('#live').evaluate((video) => video.hasAttribute('src')), false);
}));

test('a finished video plays its final file only', withPage({}, async (page) => {
  const asked = [];
  page.on('request', (request) => asked.push(request.url()));
  await openGallery(page);
  await pressed(page, 'Film');
  await ready(page);
  await plays(page, 'player', 0.5);
  assert.deepEqual(asked.filter((url) => /live/.test(url) && /\/media\//.test(url)), []);
}));

test('a seek to a missing part shows a message, then playing continues', withPage({}, async (page) => {
  await openGallery(page);
  await pressed(page, 'Tape');
  await plays(page, 'live', 0.5);
  await page.locator('#live').evaluate((video) => { video.currentTime = 30; });
  await page.locator('#wait').waitFor({ timeout: 15_000 });
  await shot(page, 'waiting');
  assert.match(await page.locator('#wait').textContent(), /^This part is still being made/);
  assert.match(await page.locator('#announcer').textContent(), /still being made/);
  await plays(page, 'live', 30.3);
  await page.locator('#wait').waitFor({ state: 'hidden' });
  await page.locator('#live').evaluate((video) => { video.currentTime = 5; });
  await plays(page, 'live', 5.2);
  await page.locator('#live').evaluate((video) => video.pause());
  const at = await page.locator('#live').evaluate((video) => video.currentTime);
  await ready(page);
  await swapped(page);
  const end = await page.locator('#player').evaluate((video) => [video.paused, video.currentTime]);
  assert.equal(end[0], true, 'the final file stays paused');
  assert.ok(Math.abs(end[1] - at) < 0.05, `${at} -> ${end[1]}`);
}));

// A cancel removes the pieces a moment before the page gets the event: the player may have requested one more.
const gone = { forgive: /status of 404/ };
test('a canceled video leaves no player, and a closed panel requests nothing', withPage(gone, async (page) => {
  await openGallery(page);
  await pressed(page, 'Shortlived');
  await plays(page, 'live', 0.5);
  await page.locator('#cancel').click();
  await page.locator('#message-title', { hasText: 'Canceled' }).waitFor({ timeout: 60_000 });
  await shot(page, 'canceled');
  for (const id of ['live', 'player', 'made', 'wait']) {
    assert.equal(await page.locator(`#${id}`).isVisible(), false, `${id} is there`);
  }
  await page.locator('#again').click();
  await plays(page, 'live', 0.5);
  await page.locator('#close').click();
  await page.waitForTimeout(300);
  const asked = [];
  page.on('request', (request) => { // the card updates its progress, and shows the poster of what is finished
    if (!request.url().endsWith('/api/cases') && request.resourceType() !== 'image') asked.push(request.url());
  });
  await page.waitForTimeout(4000);
  assert.deepEqual(asked, []);
  const left = await page.evaluate(() => ['live', 'player'].filter((id) => document.getElementById(id).hasAttribute('src')));
  assert.deepEqual(left, []);
}));

test('a video that fails while it is watched shows the reason, and leaves no player', withPage(gone, async (page) => {
  await openGallery(page);
  await pressed(page, 'Torn');
  await plays(page, 'live', 0);
  await rm(`${process.env.CASECAST_MEDIA_ROOT}/torn.jpg`);
  await page.locator('#message-title', { hasText: 'could not be made' }).waitFor({ timeout: 60_000 });
  await shot(page, 'failed');
  assert.match(await page.locator('#message-text').textContent(), /scene 2: image: .*torn\.jpg/);
  for (const id of ['live', 'player', 'made', 'wait']) {
    assert.equal(await page.locator(`#${id}`).isVisible(), false, `${id} is there`);
  }
  await page.locator('#again').waitFor();
}));

test('with reduced motion, a live video waits to be started', withPage({ reducedMotion: 'reduce' }, async (page) => {
  await openGallery(page);
  await pressed(page, 'Calm');
  await page.locator('#live').waitFor({ timeout: 60_000 });
  await page.waitForTimeout(700);
  assert.deepEqual(await page.locator('#live').evaluate((video) => [video.paused, video.currentTime]), [true, 0]);
  await page.locator('#live').focus();
  await page.keyboard.press('Space');
  await plays(page, 'live', 0.3);
}));

test('on a phone an upright video plays while it is made', withPage(phone, async (page) => {
  await openGallery(page);
  await pressed(page, 'Upright');
  await plays(page, 'live', 1);
  await assertNoSidewaysScroll(page);
  await shot(page, 'phone');
  await ready(page);
  await swapped(page);
  await assertNoSidewaysScroll(page);
}));

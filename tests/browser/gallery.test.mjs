// gallery.test.mjs - the gallery with the real server: real jobs, real videos.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertNoSidewaysScroll, base, phone, withPage } from './kit.mjs';
import { assertPlays } from './player.mjs';

const SHOTS = process.env.SHOTS; // a folder for screenshots

const button = (page, title) => page.locator('.card', { hasText: title }).getByRole('button');

async function ready(page) {
  await page.locator('#message-title', { hasText: 'Your video is ready' }).waitFor({ timeout: 120_000 });
  await page.locator('#live').waitFor({ state: 'hidden', timeout: 20_000 }); // the final file plays
}

async function openGallery(page) {
  await page.goto(base);
  await page.locator('.card').first().waitFor();
}

test('the gallery shows every case of the database', withPage({}, async (page) => {
  await openGallery(page);
  const { cases } = await (await fetch(`${base}/api/cases`)).json();
  assert.ok(cases.length >= 3);
  assert.deepEqual(await page.locator('.card h3').allTextContents(), cases.map(({ title }) => title));
}));

test('a click makes the video, with progress and thumbnails, and it plays', withPage({}, async (page) => {
  await openGallery(page);
  await page.evaluate(() => {
    globalThis.percents = [];
    new MutationObserver(() => {
      const bar = document.getElementById('bar');
      if (bar.hasAttribute('value')) globalThis.percents.push(bar.value);
    }).observe(document.getElementById('bar'), { attributes: true });
  });
  await button(page, 'Tall').click();
  await ready(page);
  const percents = await page.evaluate(() => globalThis.percents);
  assert.ok(percents.some((percent) => percent > 0 && percent < 100), `seen: ${percents}`);
  assert.deepEqual(percents, [...percents].sort((a, b) => a - b));
  assert.equal(await page.locator('#strip img').count(), 2);
  assert.deepEqual(await page.locator('#strip img').evaluateAll((images) => images.map((image) => image.alt)),
    ['Scene 1: First', 'Scene 2: Second']);
  await assertPlays(page, 1080, 1920);
  assert.equal(await button(page, 'Tall').textContent(), 'Show');
}));

test('a video that exists opens at once, and its card shows it', withPage({}, async (page) => {
  await openGallery(page);
  assert.equal(await button(page, 'Tall').textContent(), 'Watch');
  assert.ok(await page.locator('.card', { hasText: 'Tall' }).locator('img').first().isVisible());
  await button(page, 'Tall').click();
  await page.locator('#player').waitFor({ timeout: 15_000 });
}));

test('the reel of a finished video has chapters and a picture of each position', withPage({}, async (page) => {
  await openGallery(page);
  await button(page, 'Journey').click();
  await ready(page);
  const at = () => page.locator('#player').evaluate((video) => video.currentTime);
  const near = async (seconds) => assert.ok(Math.abs(await at() - seconds) < 1, `${await at()} instead of ${seconds}`);
  await page.locator('#player').evaluate((video) => video.pause());
  await page.locator('#reel').waitFor();
  await page.getByRole('button', { name: 'Scene 2: Road' }).click();
  await near(3.4);
  assert.equal(await page.locator('#reel-chapter').textContent(), 'Road');
  const bar = await page.locator('#reel-at').boundingBox();
  await page.mouse.move(bar.x + bar.width * 0.9, bar.y + bar.height / 2);
  await page.locator('#reel-picture').waitFor();
  const picture = await page.locator('#reel-picture').evaluate((element) => getComputedStyle(element).backgroundImage);
  const sheet = await fetch(/url\("(.*)"\)/.exec(picture)[1]);
  assert.equal(`${sheet.status} ${sheet.headers.get('content-type')}`, '200 image/jpeg');
  assert.match(await page.locator('#reel-when').textContent(), /^0:(09|10)\s+Forest$/);
  if (SHOTS) await page.screenshot({ path: `${SHOTS}/reel.png` });
  await page.mouse.click(bar.x + bar.width * 0.5, bar.y + bar.height / 2);
  await near(5.2);
  await page.locator('#reel-at').focus();
  await page.keyboard.press('Home');
  await near(0);
  assert.match(await page.locator('#reel-at').getAttribute('aria-valuetext'), /^0:00 of 0:1\d, Harbour$/);
  await page.mouse.move(0, 0);
  await page.locator('#reel-preview').waitFor({ state: 'hidden' });
}));

test('a finished video has captions, off by default', withPage({}, async (page) => {
  await openGallery(page);
  await button(page, 'Journey').click();
  await ready(page);
  const captions = await page.locator('#player').evaluate(async (video) => {
    const element = video.querySelector('track[kind=captions]');
    const { track } = element;
    const before = track.mode;
    track.mode = 'hidden';
    while (element.readyState !== HTMLTrackElement.LOADED) await new Promise((resolve) => { setTimeout(resolve, 50); });
    return { before, label: track.label, language: track.language, texts: [...track.cues].map(({ text }) => text) };
  });
  assert.deepEqual(captions, { before: 'disabled', label: 'English', language: 'en', texts: ['Harbour', 'Road', 'Forest'] });
}));

test('a reload opens the same case, and back closes it', withPage({}, async (page) => {
  await openGallery(page);
  await button(page, 'Tall').click();
  await ready(page);
  await page.reload();
  await ready(page);
  await page.goBack();
  await page.locator('#theatre').waitFor({ state: 'hidden' });
}));

test('a failure names the scene and the file', withPage({}, async (page) => {
  await openGallery(page);
  await button(page, 'Broken').click();
  await page.locator('#message-title', { hasText: 'could not be made' }).waitFor({ timeout: 60_000 });
  assert.match(await page.locator('#message-text').textContent(), /gone\.jpg/);
  assert.equal(await page.locator('#again').isVisible(), true);
  assert.equal(await page.evaluate(() => location.hash), '');
}));

// A cancel removes the pieces while the player may request one: the browser logs that 404.
test('cancel stops a running video, the next press makes it', withPage({ forgive: /status of 404/ }, async (page) => {
  const isBegin = (answer) => answer.url() === `${base}/api/jobs` && answer.status() === 202;
  await openGallery(page);
  const presses = [
    () => button(page, 'Long').click(),
    () => page.locator('#again').click(),
    async () => {
      await page.locator('#close').click();
      assert.equal(await button(page, 'Long').textContent(), 'Create video');
      await button(page, 'Long').click();
    },
  ];
  for (const press of presses) {
    await Promise.all([page.waitForResponse(isBegin), press()]);
    await page.locator('#cancel').click({ timeout: 20_000 });
    await page.locator('#message-title', { hasText: 'Canceled' }).waitFor({ timeout: 60_000 });
  }
}));

test('the gallery can be used by keyboard', withPage({}, async (page) => {
  await openGallery(page);
  const focused = () => page.evaluate(() => document.activeElement.getAttribute('aria-label') ?? '');
  for (let presses = 0; presses < 30 && !/: Tall/.test(await focused()); presses++) await page.keyboard.press('Tab');
  assert.match(await focused(), /: Tall/);
  const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
  assert.notEqual(outline, 'none', 'the focus can not be seen');
  await page.keyboard.press('Enter');
  await ready(page);
  assert.equal(await page.evaluate(() => document.activeElement.id), 'theatre-title');
  await page.locator('#player').evaluate((video) => { video.pause(); video.currentTime = 0; });
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'download');
  await page.locator('#player').focus();
  await page.keyboard.press('Space');
  await page.waitForFunction(() => document.getElementById('player').currentTime > 0.2);
  await page.locator('#close').focus();
  await page.keyboard.press('Enter');
  assert.match(await focused(), /: Tall/, 'the focus is on the card again');
}));

test('on a phone a video opens and plays without sideways scrolling', withPage(phone, async (page) => {
  await openGallery(page);
  await button(page, 'Tall').tap();
  await ready(page);
  await assertNoSidewaysScroll(page);
  await assertPlays(page, 1080, 1920);
}));

// upkeep.test.mjs - the gallery shows videos that other tabs, other people or programs make.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerPress } from './double.mjs';
import { assertSoon, base, withPage } from './kit.mjs';

const card = (page, title) => page.locator('.card', { hasText: title });
const label = (page, title) => card(page, title).getByRole('button').textContent();
const badge = (page, title) => card(page, title).locator('.badge').textContent();

async function openGallery(page) {
  await page.goto(base);
  await page.locator('.card').first().waitFor();
}

async function ask(path, options) {
  const answer = await fetch(base + path, { method: 'POST', ...options });
  assert.ok(answer.ok, `${path}: ${answer.status}`);
  return answer.json();
}

const create = (caseId) => ask('/api/jobs', { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ caseId }) });

test('a video of another tab can be watched while it is made and after it', withPage({}, async (page) => {
  await openGallery(page);
  const other = await page.context().newPage();
  await openGallery(other);
  assert.equal(await label(page, 'Shared'), 'Create video');
  await card(other, 'Shared').getByRole('button').click();
  await assertSoon(async () => assert.equal(await label(page, 'Shared'), 'Watch it being made'));
  await card(page, 'Shared').locator('.poster').click();
  await page.locator('#cancel').waitFor();
  await page.keyboard.press('Escape');
  assert.equal(await label(page, 'Shared'), 'Watch it being made', 'its job continues when this tab closes it');
  await assertSoon(async () => assert.match(await badge(page, 'Shared'), /^\d+ %$/));
  await other.locator('#message-title', { hasText: 'Your video is ready' }).waitFor({ timeout: 120_000 });
  await assertSoon(async () => assert.equal(await label(page, 'Shared'), 'Watch'));
  await assertSoon(async () => assert.match(await card(page, 'Shared').locator('.picture').getAttribute('src'), /preview\.jpg$/));
  assert.equal(await card(page, 'Shared').locator('.badge').isVisible(), false);
}));

test('the gallery shows a job that a program creates and cancels', withPage({}, async (page) => {
  await openGallery(page);
  const { id } = await create('theirs');
  await assertSoon(async () => assert.equal(await label(page, 'Theirs'), 'Watch it being made'), 25_000);
  await ask(`/api/jobs/${id}/cancel`);
  await assertSoon(async () => assert.equal(await label(page, 'Theirs'), 'Create video'), 25_000);
}));

test('a card without a video shows its first picture, and a click on it opens the case', withPage({}, async (page) => {
  await openGallery(page);
  await card(page, 'Theirs').scrollIntoViewIfNeeded();
  await assertSoon(async () => assert.deepEqual(
    await card(page, 'Theirs').locator('.picture.whole').evaluate((image) => [image.naturalWidth, image.naturalHeight]),
    [360, 640],
  ), 20_000);
  await answerPress(page);
  await card(page, 'Theirs').locator('.poster').click();
  await page.locator('#theatre-title', { hasText: 'Theirs' }).waitFor();
  assert.match(await page.evaluate(() => location.hash), /case=theirs/);
}));

test('new cases appear, removed cases disappear, and the focus stays', withPage({}, async (page) => {
  const one = (id, title) => ({ id, title, language: 'en', shape: '16:9', scenes: 1, poster: null, video: null, job: null });
  let cases = [one('a', 'Ada'), one('b', 'Bo')];
  await page.route('**/api/cases', (route) => route.fulfill({ json: { cases } }));
  await openGallery(page);
  await card(page, 'Bo').getByRole('button').focus();
  cases = [one('c', 'Cleo'), one('b', 'Bo the second')];
  await page.evaluate(() => dispatchEvent(new Event('focus')));
  await assertSoon(async () => assert.deepEqual(await page.locator('.card h3').allTextContents(), ['Cleo', 'Bo the second']));
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute('aria-label')), 'Create video: Bo the second');
}));

test('without a server the gallery stays as it was, and its requests become rarer', withPage(
  { forgive: /Failed to load resource/ }, async (page) => {
    await openGallery(page);
    const n = await page.locator('.card').count();
    let asked = 0;
    await page.clock.install();
    await page.route('**/api/cases', (route) => { asked++; return route.abort('internetdisconnected'); });
    await page.evaluate(() => dispatchEvent(new Event('focus')));
    for (let i = 0; i < 60; i++) {
      await page.clock.runFor(10_000);
      await page.evaluate(() => Promise.resolve());
    }
    assert.equal(await page.locator('.card').count(), n);
    assert.equal(await page.locator('#gallery-note').isVisible(), false);
    assert.ok(asked >= 3 && asked < 25, `requested ${asked} times in ten minutes`);
  },
));

// gallery.test.mjs - the pages below a prefix, in a site that has an API, media and pages of its own.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertSoon, base, withPage } from '../kit.mjs';
import { assertPlays } from '../player.mjs';

const SHOTS = process.env.SHOTS; // a folder for screenshots
const { pathname: prefix } = new URL(base);

/** The paths of all requests of this page that are not below the prefix. */
function watchForStrays(page) {
  const strays = [];
  page.on('request', (request) => {
    const { pathname } = new URL(request.url());
    if (!pathname.startsWith(`${prefix}/`)) strays.push(pathname);
  });
  return strays;
}

test('below a prefix the gallery makes a video, which plays', withPage({}, async (page) => {
  const strays = watchForStrays(page);
  await page.goto(`${base}/`);
  await page.locator('.card').getByRole('button').click();
  await page.locator('#message-title', { hasText: 'Your video is ready' }).waitFor({ timeout: 120_000 });
  await page.locator('#live').waitFor({ state: 'hidden', timeout: 20_000 }); // the final file plays
  await assertPlays(page, 1080, 1920);
  assert.equal(await page.locator('#strip img').count(), 2);
  const widths = await page.locator('#strip img').evaluateAll((images) => images.map((image) => image.naturalWidth));
  assert.ok(widths.every((width) => width > 0), `thumbnails are ${widths} pixels wide`);
  if (SHOTS) await page.screenshot({ path: `${SHOTS}/guest.png` });
  assert.deepEqual(strays, []);
}));

test('its card opens the video by its address', withPage({}, async (page) => {
  const strays = watchForStrays(page);
  await page.goto(`${base}/`);
  await page.locator('.card').getByRole('button', { name: 'Watch' }).click();
  await page.locator('#player').waitFor({ timeout: 15_000 });
  const address = new URL(page.url());
  assert.equal(address.pathname, `${prefix}/`);
  await page.reload();
  await page.locator('#player').waitFor({ timeout: 15_000 });
  assert.deepEqual(strays, []);
}));

test('the page of operators counts the job', withPage({}, async (page) => {
  const strays = watchForStrays(page);
  await page.goto(`${base}/operators`);
  await assertSoon(async () => assert.match(await page.locator('main').innerText(), /Done\n1/));
  assert.deepEqual(strays, []);
}));

test('the site itself is as before', withPage({}, async (page) => {
  const answer = await page.goto(new URL('/api/cases', base).href);
  assert.equal(await answer.text(), 'api of host.localhost\n');
}));

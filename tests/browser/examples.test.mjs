// examples.test.mjs - the three example pages with the real server.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { assertNoSidewaysScroll, base, messages, phone, withPage } from './kit.mjs';
import { assertPlays } from './player.mjs';

const PAGES = ['', 'basic.html', 'client-secret.html', 'video.html'];
const SECRET = 'Message: Client secret communicated from frontend to backend at frontend initiating SSE. '
  + 'Backend sends text stream to the frontend, the client secret: ';

const finished = (page) => page.locator('#messages li', { hasText: /^finished$/ }).waitFor({ timeout: 15_000 });

async function connect(page, secret) {
  await page.goto(`${base}/client-secret.html`);
  await page.getByLabel('Client secret').fill(secret);
  await page.getByRole('button', { name: 'Connect' }).click();
  await page.locator('#messages li').first().waitFor();
  return (await messages(page))[0];
}

for (const name of PAGES) {
  test(`/${name} fits a phone`, withPage(phone, async (page) => {
    await page.goto(`${base}/${name}`);
    await page.locator('h1:visible').waitFor();
    await assertNoSidewaysScroll(page);
  }));

  test(`/${name} has a title, a language, one h1 and a main`, withPage({}, async (page) => {
    await page.goto(`${base}/${name}`);
    assert.match(await page.title(), /casecast/);
    assert.equal(await page.locator('html').getAttribute('lang'), 'en');
    assert.equal(await page.locator('h1:visible').count(), 1);
    assert.equal(await page.locator('main').count(), 1);
  }));
}

test('basic shows five messages and then finished', withPage({}, async (page) => {
  await page.goto(`${base}/basic.html`);
  await finished(page);
  const lines = await messages(page);
  assert.equal(lines.length, 6);
  lines.slice(0, 5).forEach((line, i) => assert.match(line,
    new RegExp(`^Message ${i + 1}: The server time is: \\w{3} \\w{3} [ \\d]\\d \\d\\d:\\d\\d:\\d\\d \\d{4}$`)));
}));

test('basic does not connect again after finished', withPage({}, async (page) => {
  let asked = 0;
  page.on('request', (request) => { asked += request.url().endsWith('/api/events') ? 1 : 0; });
  await page.goto(`${base}/basic.html`);
  await finished(page);
  await page.waitForTimeout(4000);
  assert.equal(asked, 1);
}));

test('the page shows the code that it runs', withPage({}, async (page) => {
  const source = await readFile(new URL('../../nginx/pages/examples/basic.js', import.meta.url), 'utf8');
  await page.goto(`${base}/basic.html`);
  await page.locator('code span').first().waitFor();
  assert.equal(await page.locator('pre code').textContent(), source.trimEnd());
}));

test('the client secret comes back unchanged', withPage({}, async (page) => {
  assert.equal(await connect(page, '123'), `${SECRET}123`);
}));

test('emoji and other scripts come back unchanged', withPage({}, async (page) => {
  assert.equal(await connect(page, 'ünï 🔑 مفتاح कुंजी 100%&?+#'), `${SECRET}ünï 🔑 مفتاح कुंजी 100%&?+#`);
}));

test('markup in a secret is shown as text', withPage({}, async (page) => {
  const secret = '<img src=x onerror="document.title=`stolen`"><script>document.title="stolen"</script>';
  assert.equal(await connect(page, secret), SECRET + secret);
  assert.equal(await page.locator('#messages img, #messages script').count(), 0);
  assert.doesNotMatch(await page.title(), /stolen/);
}));

test('a secret of 4 KB comes back unchanged', withPage({}, async (page) => {
  const secret = 'k<&é'.repeat(1000).slice(0, 3000);
  assert.equal(await connect(page, secret), SECRET + secret);
}));

test('video shows the preview, then the video', withPage({}, async (page) => {
  await page.goto(`${base}/video.html`);
  await page.getByLabel('Case').selectOption('wide');
  await page.getByRole('button', { name: 'Create video' }).click();
  await page.locator('#messages li', { hasText: /^finished_video$/ }).waitFor({ timeout: 120_000 });
  const lines = (await messages(page)).map((line) => line.split(' ').slice(0, 2).join(' '));
  assert.deepEqual(lines, ['processing_video', 'var previewThumbnail', 'var finalVideo', 'finished_video']);
  await assertPlays(page, 1920, 1080);
}));

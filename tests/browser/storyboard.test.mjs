// storyboard.test.mjs - the storyboard in a real Chromium, with the real server: a film by clicking, typing and dropping
// files, two editors, a lost connection, keys, and axe in every state.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { assertNoSidewaysScroll, assertSoon, base, phone, withPage } from './kit.mjs';

const axe = await readFile(new URL('node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');
const FORGIVE = { forgive: /Failed to load resource/ }; // refusals that the test wants
const STILL = { reducedMotion: 'reduce', colorScheme: 'dark' };

/** Drops `n` small photos on the page, each another one. */
const dropPhotos = (page, n) => page.evaluate(async (count) => {
  const dataTransfer = new DataTransfer();
  for (let i = 0; i < count; i++) {
    const canvas = new OffscreenCanvas(480, 320);
    const context = canvas.getContext('2d');
    context.fillStyle = `hsl(${i * 360 / count} 60% 45%)`;
    context.fillRect(0, 0, 480, 320);
    context.fillStyle = 'white';
    context.fillRect(40 + 60 * i, 80, 70, 120);
    const blob = await canvas.convertToBlob({ type: 'image/jpeg' });
    dataTransfer.items.add(new File([blob], `photo ${i}.jpg`, { type: 'image/jpeg' }));
  }
  document.body.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
}, n);

const scene = (page, n) => page.locator('.scene').nth(n - 1);
const caption = (page, n) => scene(page, n).getByLabel('Caption', { exact: true });
const captions = (page) => page.locator('.scene textarea').evaluateAll((all) => all.filter((_, i) => i % 2 === 0).map(({ value }) => value).join());
const isSaved = (page) => page.locator('#state[data-state=saved]').waitFor();
const caseId = (page) => new URL(page.url()).searchParams.get('case');
const json = { 'Content-Type': 'application/json' };

async function makeCase(captionsOf) {
  const scenes = captionsOf.map((text, i) => ({ image: i % 2 ? 'two.jpg' : 'one.jpg', caption: text, seconds: 1 }));
  const answer = await fetch(`${base}/api/cases`, { method: 'POST', headers: json, body: JSON.stringify({ title: 'Story', size: '720p', scenes }) });
  return (await answer.json()).id;
}

/** As another editor does. */
async function changeElsewhere(id, change) {
  const body = await (await fetch(`${base}/api/cases/${id}`)).json();
  change(body);
  const answer = await fetch(`${base}/api/cases/${id}`, { method: 'PUT', headers: { ...json, 'If-Match': '*' }, body: JSON.stringify(body) });
  assert.equal(answer.status, 200);
}

const withStory = (options, body, texts = ['One', 'Two', 'Three']) => withPage({ ...FORGIVE, ...options }, async (page) => {
  const id = await makeCase(texts);
  await page.goto(`${base}/storyboard?case=${id}`);
  await scene(page, texts.length).waitFor();
  await body(page, id);
});

async function makeFilm(page) {
  await page.locator('#make').click();
  await page.locator('#video').waitFor({ timeout: 60_000 });
  return Number(await page.locator('#make').getAttribute('data-kept'));
}

test('six dropped photos become a film; after one caption has changed, four fifths of it are kept', withPage({}, async (page) => {
  await page.goto(`${base}/storyboard`);
  await page.getByText('Drop your photos here').waitFor();
  await dropPhotos(page, 6);
  await scene(page, 6).waitFor();
  await page.getByLabel('Title of the film').fill('Six');
  await page.getByText('The whole film').click();
  await page.getByLabel('Size').selectOption('720p');
  for (let n = 1; n <= 6; n++) {
    await caption(page, n).fill(`Number ${n}`);
    await scene(page, n).getByText('Motion, transition, picture').click();
    await scene(page, n).getByLabel('Transition').selectOption('cut');
    await scene(page, n).getByLabel('At least, seconds').fill('1');
  }
  await page.locator('#still.painted').waitFor();
  assert.equal(await makeFilm(page), 0);
  await caption(page, 3).fill('Another');
  const kept = await makeFilm(page);
  assert.ok(kept >= 80 && kept < 100, `${kept} % were kept`);
  assert.match(await page.locator('#make-said').textContent(), new RegExp(`${kept} % of the film was kept`));
}));

test('the still follows a change, and another moment is another picture', withStory({}, async (page) => {
  const pixels = () => page.locator('#still').evaluate((canvas) => canvas.toDataURL());
  const changes = async (act) => {
    const before = await pixels();
    await act();
    await assertSoon(async () => assert.notEqual(await pixels(), before));
  };
  await page.locator('#still.painted').waitFor();
  await changes(() => caption(page, 1).fill('Something else'));
  await page.locator('#at:enabled').waitFor();
  await changes(() => page.locator('#at').fill('2'));
  assert.match(await page.locator('#at').getAttribute('aria-valuetext'), /, scene 3$/);
  assert.equal(await scene(page, 3).getAttribute('class'), 'scene selected');
}));

test('scenes are ordered by keyboard and by dragging, and undone', withStory({}, async (page) => {
  await scene(page, 1).locator('.grip').focus();
  await page.keyboard.press('ArrowDown');
  assert.equal(await captions(page), 'Two,One,Three');
  assert.match(await page.locator('#announcer').textContent(), /moved to place 2 of 3/);
  assert.equal(await page.evaluate(() => document.activeElement.className), 'grip', 'the focus stays');
  await page.keyboard.press('Control+z');
  assert.equal(await captions(page), 'One,Two,Three');
  const [grip, last] = [await scene(page, 1).locator('.grip').boundingBox(), await scene(page, 3).boundingBox()];
  await page.mouse.move(grip.x + 5, grip.y + 5);
  await page.mouse.down();
  await page.mouse.move(grip.x + 5, last.y + last.height - 20, { steps: 12 });
  await page.mouse.up();
  assert.equal(await captions(page), 'Two,Three,One');
  await scene(page, 2).locator('.remove').click();
  assert.equal(await captions(page), 'Two,One');
  await page.keyboard.press('Control+z');
  await page.keyboard.press('Control+z');
  await page.keyboard.press('Control+Shift+Z');
  assert.equal(await captions(page), 'Two,Three,One');
  await isSaved(page);
}));

test('somebody else changed scene 2: both versions are shown, and the choice is saved', withStory({}, async (page, id) => {
  await changeElsewhere(id, (body) => { body.scenes[1].caption = 'Theirs'; body.scenes[0].narration = 'Hello.'; });
  await caption(page, 2).fill('Mine');
  await page.getByText('Scene 2: somebody else changed the caption, too').waitFor();
  assert.deepEqual(await page.locator('.version-text').allTextContents(), ['Mine', 'Theirs']);
  assert.deepEqual(await faultsOf(page), []);
  await page.getByRole('button', { name: 'Take theirs' }).click();
  await isSaved(page);
  assert.equal(await captions(page), 'One,Theirs,Three');
  await changeElsewhere(id, (body) => { body.scenes[2].caption = 'Theirs, too'; });
  await caption(page, 1).fill('Mine');
  await assertSoon(async () => assert.equal(await captions(page), 'Mine,Theirs,Theirs, too'));
  await isSaved(page);
  assert.equal((await (await fetch(`${base}/api/cases/${id}`)).json()).scenes[0].narration, 'Hello.');
}));

test('offline no word is lost: neither while the tab is open, nor when it is closed', withStory({}, async (page, id) => {
  await page.context().setOffline(true);
  await caption(page, 1).fill('Written offline');
  await page.locator('#state[data-state=lost]').waitFor();
  await page.context().setOffline(false);
  await isSaved(page);
  assert.equal((await (await fetch(`${base}/api/cases/${id}`)).json()).scenes[0].caption, 'Written offline');
  await page.route('**/api/cases/*', (route) => (route.request().method() === 'PUT' ? route.abort() : route.continue()));
  await caption(page, 2).fill('Not sent');
  await page.locator('#state[data-state=lost]').waitFor();
  const next = await page.context().newPage();
  await page.close();
  await next.goto(`${base}/storyboard?case=${id}`);
  await scene(next, 2).waitFor();
  assert.equal(await captions(next), 'Written offline,Not sent,Three');
  await isSaved(next);
}));

// --- axe

async function faultsOf(page) {
  await page.evaluate(axe);
  return page.evaluate(async () => (await globalThis.axe.run({})).violations.map(({ id, nodes }) =>
    `${id}: ${nodes.map(({ html, failureSummary }) => `${html.slice(0, 160)} ${failureSummary}`).join(' | ')}`));
}

async function assertAccessible(page) {
  assert.deepEqual(await faultsOf(page), []);
  await page.emulateMedia({ colorScheme: 'light' });
  assert.deepEqual(await faultsOf(page), [], 'light');
  await page.setViewportSize(phone.viewport);
  assert.deepEqual(await faultsOf(page), [], 'phone');
  await assertNoSidewaysScroll(page);
}

test('axe finds no fault in an empty storyboard', withPage(STILL, async (page) => {
  await page.goto(`${base}/storyboard`);
  await page.locator('#empty').waitFor();
  await assertAccessible(page);
}));

test('axe finds no fault with all choices open, and where a scene has a mistake', withStory(STILL, async (page) => {
  await page.locator('#still.painted').waitFor();
  for (const more of await page.locator('summary').all()) await more.click();
  await assertAccessible(page);
  await page.route('**/api/plan', (route) => route.fulfill({
    status: 422, contentType: 'application/problem+json', json: { status: 422, detail: 'one mistake', errors: [{ pointer: '/scenes/0/image', detail: 'no such file' }] },
  }));
  await caption(page, 1).fill('x');
  await scene(page, 1).locator('.fault', { hasText: 'image: no such file' }).waitFor();
  await assertAccessible(page);
}));

test('who may not write is told so, and how he may', withPage({ ...STILL, ...FORGIVE }, async (page) => {
  await page.route('**/api/editor', (route) => route.fulfill({ json: route.request().headers().authorization === 'Bearer the key of the house'
    ? { mayWrite: true, why: null } : { mayWrite: false, why: 'nobody may write here' } }));
  await page.goto(`${base}/storyboard`);
  await page.getByText('nobody may write here').waitFor();
  await assertAccessible(page);
  await page.getByLabel('Write key').fill('the key of the house');
  await page.getByRole('button', { name: 'Use it' }).click();
  await page.locator('#empty').waitFor();
}));

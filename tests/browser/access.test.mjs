// access.test.mjs - the pages with a screen reader, a keyboard, forced colours or reduced motion.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { FILM, answerCases, answerFilm, answerPicture, answerPress, say, withOpenCase } from './double.mjs';
import { assertSoon, base, coloursAt, phone, withPage } from './kit.mjs';

const axe = await readFile(new URL('node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');
const FORGIVE = { forgive: /Failed to load resource/ };

async function faultsOf(page, rules) {
  await page.evaluate(axe);
  return page.evaluate(async (runOnly) => {
    const { violations } = await globalThis.axe.run(runOnly ? { runOnly } : {});
    return violations.map(({ id, impact, nodes }) => `${impact}: ${id}: ${nodes.map(({ html, failureSummary }) =>
      `${html.slice(0, 160)} ${failureSummary}`).join(' | ')}`);
  }, rules);
}

/** Axe finds no fault of any severity in the page as it is: dark, light, and on a phone. */
async function assertAccessible(page) {
  assert.deepEqual(await faultsOf(page), []);
  assert.equal(await page.locator('h1:visible').count(), 1);
  await page.emulateMedia({ colorScheme: 'light' });
  assert.deepEqual(await faultsOf(page, ['color-contrast']), [], 'light');
  await page.setViewportSize(phone.viewport);
  assert.deepEqual(await faultsOf(page), [], 'phone');
}

const STILL = { reducedMotion: 'reduce', colorScheme: 'dark' }; // a colour in transition has no final value

const STATES = {
  'no event yet': async () => {},
  queued: (page) => say(page, 'job', { id: 'j', state: 'queued', position: 3, case: 'one' }),
  making: async (page) => {
    await say(page, 'job', { id: 'j', state: 'running', position: 0, case: 'one' });
    await say(page, 'scene', { index: 1, of: 2, thumbnail: '/seen.jpg' });
    await say(page, 'progress', { stage: 'encoding', percent: 43.7, frames: 393, of: 900, fps: 91.6, etaMs: 5200 });
  },
  lost: (page) => page.evaluate(() => globalThis.breakOff(0)),
  ready: async (page) => {
    await say(page, 'scene', { index: 1, of: 2, thumbnail: '/seen.jpg' });
    await say(page, 'scene', { index: 2, of: 2, thumbnail: '/seen.jpg' });
    await say(page, 'done', FILM);
    await page.locator('#reel').waitFor();
  },
  failed: (page) => say(page, 'failed', { error: 'scene 2: image: b.jpg: no such file' }),
  canceled: (page) => say(page, 'canceled', {}),
};

for (const [state, begin] of Object.entries(STATES)) {
  test(`axe finds no fault when ${state}`, withOpenCase({ ...FORGIVE, ...STILL }, async (page) => {
    await answerFilm(page);
    await answerPicture(page, '**/seen.jpg', 0);
    await begin(page);
    await assertAccessible(page);
  }));
}

test('axe finds no fault in an empty gallery', withPage(STILL, async (page) => {
  await answerCases(page, { cases: [] });
  await page.goto(base);
  await page.getByText('No cases yet').waitFor();
  await assertAccessible(page);
}));

for (const name of ['', 'basic.html', 'client-secret.html', 'video.html', 'nothing-here']) {
  test(`axe finds no fault on /${name}`, withPage({ ...FORGIVE, ...STILL }, async (page) => {
    await page.goto(`${base}/${name}`);
    if (!name) await page.locator('.card').first().waitFor();
    await assertAccessible(page);
  }));
}

// --- keys

const focused = (page) => page.evaluate(() => document.activeElement.id || document.activeElement.className);

// The test's video has no length: a fake currentTime stands in for the player's.
async function withReel(page, chapters = FILM.chapters) {
  await answerFilm(page);
  await page.evaluate(() => {
    let at = 0;
    Object.defineProperty(document.getElementById('player'), 'currentTime', { get: () => at, set: (to) => { at = to; } });
  });
  await say(page, 'done', { ...FILM, chapters });
  await page.locator('#reel').waitFor();
  await page.locator('#reel-at').focus();
  return async (key) => {
    await page.keyboard.press(key);
    return page.locator('#player').evaluate((video) => video.currentTime);
  };
}

test('arrow keys go from scene to scene on the reel', withOpenCase(FORGIVE, async (page) => {
  const press = await withReel(page);
  for (const [key, at] of [['ArrowRight', 3], ['ArrowUp', 6], ['ArrowRight', 6], ['ArrowLeft', 3], ['ArrowDown', 0],
    ['ArrowLeft', 0], ['PageUp', 5], ['ArrowLeft', 0], ['End', 9], ['ArrowLeft', 6], ['Home', 0]]) {
    assert.equal(await press(key), at, key);
  }
  assert.match(await page.locator('#reel-at').getAttribute('aria-valuetext'), /^0:00 of 0:09, Harbour$/);
}));

test('arrow keys go by five seconds in a video of one scene', withOpenCase(FORGIVE, async (page) => {
  const press = await withReel(page, [{ title: 'Alone', start: 0 }]);
  for (const [key, at] of [['ArrowRight', 5], ['ArrowRight', 9], ['ArrowLeft', 4], ['ArrowLeft', 0]]) {
    assert.equal(await press(key), at, key);
  }
}));

for (const [name, way] of [['picture', 'poster'], ['button', 'button']]) {
  test(`Enter on a card's ${name} opens it, Escape closes it, and the focus returns`, withPage({}, async (page) => {
    await answerPress(page);
    await page.goto(base);
    const card = page.locator('.card', { hasText: 'Theirs' });
    await card.waitFor();
    await card.locator(`.${way}`).focus();
    await page.keyboard.press('Enter');
    await page.locator('#theatre').waitFor();
    assert.equal(await focused(page), 'theatre-title');
    await page.keyboard.press('Escape');
    await page.locator('#theatre').waitFor({ state: 'hidden' });
    assert.match(await focused(page), new RegExp(way));
    assert.equal(await page.evaluate(() => location.hash), '');
  }));
}

test('Escape closes the panel from any focus in it', withOpenCase(FORGIVE, async (page) => {
  await withReel(page);
  await page.keyboard.press('Escape');
  await page.locator('#theatre').waitFor({ state: 'hidden' });
  await page.keyboard.press('Escape'); // nothing is open
  assert.equal(await page.locator('.card').isVisible(), true);
}));

// --- forced colours

test('in forced colours the reel shows how far the video was played', withOpenCase(
  { ...FORGIVE, ...STILL, forcedColors: 'active' }, async (page) => {
    const press = await withReel(page);
    await press('ArrowRight');
    await press('ArrowRight'); // two thirds
    await assertSoon(async () => {
      const [played, rest, ground] = [...await coloursAt(page, page.locator('.reel-bar'), [0.2, 0.9]),
        (await coloursAt(page, page.locator('#reel > p'), [0.5]))[0]];
      assert.notEqual(played, rest);
      assert.notEqual(played, ground, 'the played part can not be seen');
    });
  },
));

test('in forced colours the bar shows the share made', withOpenCase({ ...FORGIVE, ...STILL, forcedColors: 'active' }, async (page) => {
  await say(page, 'progress', { stage: 'encoding', percent: 50, frames: 450, of: 900, fps: 90, etaMs: 5000 });
  await assertSoon(async () => {
    const [made, rest] = await coloursAt(page, page.locator('#bar'), [0.2, 0.8]);
    assert.notEqual(made, rest);
  });
}));

// --- reduced motion

test('with reduced motion, a finished video waits to be started', withOpenCase(
  { ...FORGIVE, ...STILL, item: { video: { thumbnail: '/made/preview.jpg', file: '/made/final.mp4' } } }, async (page) => {
    await page.evaluate(() => {
      globalThis.started = 0;
      HTMLMediaElement.prototype.play = function play() { globalThis.started++; return Promise.resolve(); };
    });
    await answerFilm(page);
    await say(page, 'done', FILM);
    await page.locator('#reel').waitFor();
    assert.equal(await page.evaluate(() => globalThis.started), 0);
  },
));

test('without reduced motion, a finished video starts', withOpenCase(
  { ...FORGIVE, item: { video: { thumbnail: '/made/preview.jpg', file: '/made/final.mp4' } } }, async (page) => {
    await page.evaluate(() => {
      globalThis.started = 0;
      HTMLMediaElement.prototype.play = function play() { globalThis.started++; return Promise.resolve(); };
    });
    await answerFilm(page);
    await say(page, 'done', FILM);
    assert.equal(await page.evaluate(() => globalThis.started), 1);
  },
));

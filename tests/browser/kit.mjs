// kit.mjs - starts Chromium, and opens pages that record every error in them.

import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { chromium } from 'playwright-core';

export const base = process.env.CASECAST_URL;
assert.ok(base, 'CASECAST_URL names the running casecast: start the tests with tests/browser/run');
const site = new URL(base).origin; // base is longer below a prefix

const LAUNCH = {
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run',
    '--disable-component-update', '--disable-sync', '--autoplay-policy=no-user-gesture-required'],
};

let browser;
before(async () => { browser = await chromium.launch(LAUNCH); });
after(() => browser.close());

/**
 * Runs `body(page)` in a fresh profile.  Fails if the page logged an error that does not match `forgive`, or sent a
 * request to a site other than `elsewhere` and ours.
 */
export function withPage({ forgive = /^$/, elsewhere = site, ...options }, body) {
  return async () => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
    const page = await context.newPage();
    const complaints = [];
    page.on('console', (message) => {
      if (message.type() === 'error' && !forgive.test(message.text())) complaints.push(`console: ${message.text()}`);
    });
    page.on('pageerror', (error) => complaints.push(`page error: ${error.message}`));
    page.on('request', (request) => {
      if (![site, elsewhere].includes(new URL(request.url()).origin)) complaints.push(`elsewhere: ${request.url()}`);
    });
    try {
      await body(page);
      assert.deepEqual(complaints, []);
    } finally {
      await context.close();
    }
  };
}

export const phone = { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true };

export async function assertNoSidewaysScroll(page) {
  const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.ok(content <= window, `the page is ${content} px wide in a window of ${window} px`);
}

/** The texts of all messages of an example page. */
export const messages = (page) => page.locator('#messages li').allTextContents();

/** Runs `check` again until it passes, for `ms` at most. */
export async function assertSoon(check, ms = 30_000) {
  const deadline = performance.now() + ms;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
    await new Promise((resolve) => { setTimeout(resolve, 100); });
  }
}

/** "r,g,b" in a screenshot of the element, at these shares of its width and at half its height. */
export async function coloursAt(page, locator, shares) {
  const png = (await locator.screenshot()).toString('base64');
  const easel = await page.context().newPage(); // without the security policy of our pages
  const colours = await easel.evaluate(async ([data, at]) => {
    const bitmap = await createImageBitmap(await (await fetch(`data:image/png;base64,${data}`)).blob());
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    const context = canvas.getContext('2d');
    context.drawImage(bitmap, 0, 0);
    return at.map((share) => context.getImageData(Math.floor(bitmap.width * share), bitmap.height >> 1, 1, 1).data.slice(0, 3).join());
  }, [png, shares]);
  await easel.close();
  return colours;
}

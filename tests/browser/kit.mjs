// kit.mjs - a Chromium of our own, and pages that remember what went wrong in them.

import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { chromium } from 'playwright-core';

export const base = process.env.CASECAST_URL;
assert.ok(base, 'CASECAST_URL names the running casecast: start the tests with tests/browser/run');

const LAUNCH = {
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run',
    '--disable-component-update', '--disable-sync', '--autoplay-policy=no-user-gesture-required'],
};

let browser;
before(async () => { browser = await chromium.launch(LAUNCH); });
after(() => browser.close());

/**
 * Run `body(page)` in a fresh profile; then nothing may have been logged as an error or asked of elsewhere, but
 * for errors that match `forgive`.
 */
export function withPage({ forgive = /^$/, elsewhere = base, ...options }, body) {
  return async () => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
    const page = await context.newPage();
    const complaints = [];
    page.on('console', (message) => {
      if (message.type() === 'error' && !forgive.test(message.text())) complaints.push(`console: ${message.text()}`);
    });
    page.on('pageerror', (error) => complaints.push(`page error: ${error.message}`));
    page.on('request', (request) => {
      if (![base, elsewhere].includes(new URL(request.url()).origin)) complaints.push(`elsewhere: ${request.url()}`);
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

/** Texts of all messages of an example page. */
export const messages = (page) => page.locator('#messages li').allTextContents();

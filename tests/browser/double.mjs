// double.mjs - the real page with a test double: the test sends the events of its EventSource and answers its request
// for the list of cases.

import { base, withPage } from './kit.mjs';

export const CASE = { id: 'one', title: 'One <b>case</b>', language: 'en', shape: '16:9', scenes: 2, video: null };

export function installDouble() {
  globalThis.EventSource = class extends EventTarget {
    static CONNECTING = 0;
    static OPEN = 1;
    static CLOSED = 2;
    readyState = 1;

    constructor(url) {
      super();
      this.url = url;
      (globalThis.sources ??= []).push(this);
      setTimeout(() => this.onopen?.());
    }

    close() { this.readyState = 2; }
  };
  globalThis.say = (name, data) => {
    const event = new MessageEvent(name, { data: typeof data === 'string' ? data : JSON.stringify(data) });
    const source = globalThis.sources.at(-1);
    if (name === 'message') source.onmessage?.(event);
    else source.dispatchEvent(event);
  };
  globalThis.breakOff = (readyState) => {
    const source = globalThis.sources.at(-1);
    source.readyState = readyState;
    source.onerror?.();
  };
}

export const say = (page, name, data) => page.evaluate(([n, d]) => globalThis.say(n, d), [name, data]);
export const text = (page, id) => page.locator(`#${id}`).textContent();

export async function answerCases(page, body) {
  await page.route('**/api/cases', (route) => route.fulfill({ json: body }));
  await page.route('**/api/cases/*', (route) => route.fulfill({
    json: { ...CASE, scenes: [{ caption: 'A', credit: 'Somebody' }, { caption: 'B', credit: 'Somebody' }] },
  }));
}

/** A press on a card makes no job: the test answers for the job and for its stream. */
export async function answerPress(page) {
  await page.route('**/api/jobs', (route) => route.fulfill({ status: 202, json: {} }));
  await page.route('**/create/video*', (route) => route.fulfill({ contentType: 'text/event-stream', body: 'retry: 60000\n\n' }));
}

/** A page with this case open and without an event yet; `item` is merged into the case of the list. */
export function withOpenCase({ item = {}, ...options }, body) {
  return withPage(options, async (page) => {
    await page.addInitScript(installDouble);
    await answerCases(page, { cases: [{ ...CASE, ...item }] });
    await page.goto(`${base}/#case=one`);
    await page.waitForFunction(() => globalThis.sources?.length === 1);
    await body(page);
  });
}

/** Answers `url` with a picture, after `lost` broken connections.  The returned object counts requests in `times`. */
export async function answerPicture(page, url, lost) {
  const asked = { times: 0 };
  await page.route(url, (route) => (asked.times++ < lost
    ? route.abort('internetdisconnected')
    : route.fulfill({ contentType: 'image/svg+xml', body: PICTURE })));
  return asked;
}

const PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" width="320" height="180"><rect width="320" height="180"/></svg>';

export const FILM = {
  video: '/made/final.mp4', thumbnail: '/made/preview.jpg', poster: '/made/poster.jpg', seconds: 9, width: 1920, height: 1080,
  frames: 270, kept: 0, captions: null, sprites: '/made/sprites.vtt',
  chapters: [{ title: 'Harbour', start: 0 }, { title: 'Road', start: 3 }, { title: 'Forest', start: 6 }],
};

/** Answers for all files that FILM names; the video is empty. */
export async function answerFilm(page) {
  await page.route('**/made/*.jpg', (route) => route.fulfill({ contentType: 'image/svg+xml', body: PICTURE }));
  await page.route('**/made/*.vtt', (route) => route.fulfill({
    contentType: 'text/vtt',
    body: 'WEBVTT\n\n00:00.000 --> 00:09.000\nsprites.jpg#xywh=0,0,160,90\n',
  }));
  await page.route('**/made/final.mp4', (route) => route.fulfill({ status: 200, contentType: 'video/mp4', body: '' }));
}

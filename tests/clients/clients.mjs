// clients.mjs - one interface to every client: connect(path) gives a viewer that connects again until the server sends
// 204, by itself or in the way that the client's documentation shows.
//
//     viewer.seen     [{ event, id, data }] of all its connections; event is "message" where the frame has none,
//                     id is what the client reports (a browser repeats the last one on events that have none)
//     viewer.runs     connections that began with a 200
//     viewer.isOver   it will not connect again
//     viewer.close()

import './shims.mjs';
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fetchEventSource } from '@microsoft/fetch-event-source';
import { EventSource as NpmEventSource } from 'eventsource';
import { EventSourceParserStream } from 'eventsource-parser/stream';
import { chromium } from 'playwright-core';
import { EventSource as UndiciEventSource, fetch as undiciFetch } from 'undici';
import { Reader } from '../kit/sse.mjs';
import { plain, tls } from './kit.mjs';

const NAMES = ['message', 'job', 'progress', 'scene', 'playable', 'done', 'failed', 'canceled', 'end'];

const newViewer = () => ({ seen: [], runs: 0, isOver: false, close() {} });

// --- an EventSource reconnects by itself ---------------------------------------------------------------------

function watchEventSource(EventSource, url) {
  const viewer = newViewer();
  const source = new EventSource(url);
  source.onopen = () => { viewer.runs++; };
  source.onerror = () => { viewer.isOver = source.readyState === EventSource.CLOSED; };
  for (const name of NAMES) {
    source.addEventListener(name, ({ type, lastEventId, data }) => {
      viewer.seen.push({ event: type, id: lastEventId, data });
    });
  }
  viewer.close = () => source.close();
  return viewer;
}

// --- @microsoft/fetch-event-source: connects again after an exception, unless onerror throws -----------------

class Over extends Error {}

export function watchFetchEventSource(url, options) {
  const viewer = newViewer();
  const controller = new AbortController();
  fetchEventSource(url, {
    signal: controller.signal,
    async onopen(response) {
      if (response.status === 204) throw new Over();
      if (!response.ok) throw new Error(`status ${response.status}`);
      viewer.runs++;
    },
    onmessage({ event, id, data }) {
      if (data || event) viewer.seen.push({ event: event || 'message', id, data }); // `retry:` alone is reported, too
    },
    onclose() { throw new Error('the stream ended: connect again'); },
    onerror(error) { if (error instanceof Over) throw error; },
    ...options,
  }).catch(() => { viewer.isOver = true; });
  viewer.close = () => controller.abort();
  return viewer;
}

// --- clients that do not connect again by themselves ---------------------------------------------------------

/** `get(viewer, headers, signal)` reads one whole response into viewer, and returns its status. */
function watchInLoop(get) {
  const viewer = Object.assign(newViewer(), { lastId: '', retryMs: 1000 });
  const controller = new AbortController();
  const { signal } = controller;
  viewer.close = () => controller.abort();
  (async () => {
    while (!signal.aborted) {
      const headers = { Accept: 'text/event-stream', ...(viewer.lastId && { 'Last-Event-ID': viewer.lastId }) };
      if (await get(viewer, headers, signal) === 204) break;
      await sleep(viewer.retryMs);
    }
    viewer.isOver = true;
  })();
  return viewer;
}

function take(viewer, { event = 'message', id, data }) {
  viewer.seen.push({ event, id, data });
  if (id) viewer.lastId = id;
}

async function readByParser(viewer, body) {
  const text = body.pipeThrough(new TextDecoderStream());
  const parser = new EventSourceParserStream({ onRetry: (ms) => { viewer.retryMs = ms; } });
  for await (const event of text.pipeThrough(parser)) take(viewer, event);
}

function watchByFetch(url) {
  return watchInLoop(async (viewer, headers, signal) => {
    try {
      const response = await undiciFetch(url, { headers, signal });
      if (response.status !== 200) return response.status;
      viewer.runs++;
      await readByParser(viewer, response.body);
      return 200;
    } catch {
      return 0; // the connection was cut, or nothing listens at the moment
    }
  });
}

function curlArguments(version, headers) {
  const lines = Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`]);
  return ['-sSNi', '--max-time', '120', `--http${version}`, ...lines];
}

/** The output of curl -i: the head of the response, then its body as it comes. */
class CurlOutput {
  constructor(viewer) {
    this.viewer = viewer;
    this.head = Buffer.alloc(0);
    this.status = 0;
    this.reader = new Reader((item) => this.#tell(item));
  }

  take(chunk) {
    if (this.status) {
      this.#body(chunk);
      return;
    }
    this.head = Buffer.concat([this.head, chunk]);
    const end = this.head.indexOf('\r\n\r\n');
    if (end < 0) return;
    this.status = Number(/^HTTP\/(?:1\.1|2) (\d+)/.exec(this.head.toString('latin1'))[1]);
    if (this.status === 200) this.viewer.runs++;
    this.#body(this.head.subarray(end + 4));
  }

  #body(chunk) {
    if (this.status === 200) this.reader.take(chunk);
  }

  #tell(item) {
    assert.equal(item.bad, undefined);
    if (item.retry) this.viewer.retryMs = item.retry;
    if (item.event) take(this.viewer, { ...item, id: item.id ?? '' });
  }
}

function watchByCurl(version, url) {
  return watchInLoop((viewer, headers, signal) => new Promise((resolve) => {
    const curl = spawn('curl', [...curlArguments(version, headers), url],
      { stdio: ['ignore', 'pipe', 'ignore'], signal });
    const output = new CurlOutput(viewer);
    curl.stdout.on('data', (chunk) => output.take(chunk));
    curl.on('error', () => {}); // aborted
    curl.on('close', () => resolve(output.status));
  }));
}

// --- Chromium ------------------------------------------------------------------------------------------------

let browser; // a promise: all viewers share one browser

function sourceInPage([url, names]) {
  const source = new EventSource(url);
  source.onopen = () => globalThis.tell({ isOpen: true });
  source.onerror = () => { if (source.readyState === EventSource.CLOSED) globalThis.tell({ isOver: true }); };
  for (const name of names) {
    source.addEventListener(name, ({ type, lastEventId, data }) => {
      globalThis.tell({ event: type, id: lastEventId, data });
    });
  }
}

async function watchInChromium(base, path) {
  const viewer = newViewer();
  browser ??= chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run'],
  });
  const page = await (await browser).newPage({ ignoreHTTPSErrors: true });
  await page.exposeFunction('tell', ({ isOpen, isOver, ...event }) => {
    if (isOpen) viewer.runs++;
    else if (isOver) viewer.isOver = true;
    else viewer.seen.push(event);
  });
  await page.goto(`${base}/404.html`); // a page of that origin without a stream
  await page.evaluate(sourceInPage, [path, NAMES]);
  viewer.close = () => page.close();
  return viewer;
}

export const closeBrowser = async () => (await browser)?.close();

// --- all clients ---------------------------------------------------------------------------------------------

export const clients = {
  'eventsource': (path) => watchEventSource(NpmEventSource, plain + path),
  'undici EventSource': (path) => watchEventSource(UndiciEventSource, plain + path),
  '@microsoft/fetch-event-source': (path) => watchFetchEventSource(plain + path),
  'undici fetch and eventsource-parser': (path) => watchByFetch(plain + path),
  'curl, HTTP/1.1': (path) => watchByCurl('1.1', plain + path),
  'curl, HTTP/2': (path) => watchByCurl('2', tls + path),
  'Chromium, HTTP/1.1': (path) => watchInChromium(plain, path),
  'Chromium, HTTP/2': (path) => watchInChromium(tls, path),
};

/** Connects every client to the same path at once. */
export async function connectAll(path) {
  const entries = Object.entries(clients).map(async ([name, connect]) => [name, await connect(path)]);
  return Object.fromEntries(await Promise.all(entries));
}

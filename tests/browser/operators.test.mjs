// operators.test.mjs - the page of operators: with the real server, and in states that the test answers for.

import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { installDouble } from './double.mjs';
import { assertNoSidewaysScroll, assertSoon, base, phone, withPage } from './kit.mjs';

const SHOTS = process.env.SHOTS; // a folder for screenshots
const axe = await readFile(new URL('node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');
const LOST = { forgive: /Failed to load resource/ };

const row = (page, subject) => page.locator('.job', { has: page.locator('.job-subject', { hasText: new RegExp(`^${subject}$`) }) });
const subjects = (page, list) => page.locator(`#${list} .job-subject`).allTextContents();
const press = (page, ...keys) => keys.reduce((before, key) => before.then(() => page.keyboard.press(key)), Promise.resolve());
const announced = (page) => page.locator('#announcer').textContent();

// --- with the real server: kinds/press.kind of tests/browser/run

const here = process.env.CASECAST_KINDS;

async function make(pressId) {
  const answer = await fetch(`${base}/api/jobs`, {
    method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ pressId }),
  });
  assert.ok(answer.ok, `${answer.status}`);
  return answer.json();
}
const letGo = (pressId) => writeFile(`${here}/go.${pressId}`, '');

test('an operator follows, moves, cancels and retries real jobs by keyboard', withPage({}, async (page) => {
  await make('jams');
  for (const name of ['second', 'third', 'fourth']) await make(name);
  await page.goto(`${base}/operators.html`);
  await assertSoon(async () => assert.match(await row(page, 'jams').locator('.job-facts').textContent(), /^50 %/), 30_000);
  assert.deepEqual(await subjects(page, 'queued'), ['second', 'third', 'fourth']);
  assert.match(await page.title(), /^1 running, 3 queued/);

  await row(page, 'fourth').focus();
  await press(page, '9');
  await assertSoon(async () => assert.deepEqual(await subjects(page, 'queued'), ['fourth', 'second', 'third']));
  assert.equal(await row(page, 'fourth').locator('output').textContent(), '9');
  await press(page, 'j', 'j', 'c');
  assert.match(await announced(page), /once more/);
  await press(page, 'c');
  await assertSoon(async () => assert.deepEqual(await subjects(page, 'queued'), ['fourth', 'second']));

  await letGo('jams');
  await assertSoon(async () => assert.match(await page.locator('#failed .job-error').first().textContent(), /the press is jammed/));
  await assertSoon(async () => assert.deepEqual(await subjects(page, 'running'), ['fourth']));
  await row(page, 'jams').focus();
  await press(page, 'r');
  await assertSoon(async () => assert.deepEqual(await subjects(page, 'queued'), ['second', 'jams']));
  for (const name of ['second', 'fourth']) await letGo(name);
  await page.locator('#running .none', { hasText: 'Nothing runs.' }).waitFor({ timeout: 30_000 });
  await page.locator('#queued .none', { hasText: 'The queue is empty.' }).waitFor();
}));

// --- with a test double

const MINUTE = 60_000;
const job = (id, state, more = {}) => ({
  id, kind: 'video', case: `Case ${id}`, state, priority: 4, position: 0, createdMs: Date.now() - 3.5 * MINUTE,
  startedMs: null, endedMs: null, progress: null, result: null, error: null, traceparent: null, events: '', ...more,
});
const running = (id, percent, more) => job(id, 'running', {
  startedMs: Date.now() - 1.2 * MINUTE, progress: { stage: 'encoding', percent, etaMs: (100 - percent) * 900, machines: 1 }, ...more,
});
const failed = (id, error, minutes) => job(id, 'failed', { endedMs: Date.now() - minutes * MINUTE, error });
const worker = (machine, name, state, more) => ({ machine, name, engine: 'e', slots: 2, kinds: ['video', 'report'], state, silentMs: 0, ...more });

const BUSY = {
  running: [running('a1', 62.4), running('a2', 8, { kind: 'report', case: undefined, report: 'Q3 in Łódź' })],
  queued: ['b1', 'b2', 'b3', 'b4'].map((id, i) => job(id, 'queued', { position: i + 1, priority: i ? 4 : 7 })),
  failed: [
    failed('c1', 'scene 2: image meadow.jpg: no such file below the media root', 12),
    failed('c2', 'exit status 1: Traceback (most recent call last): ValueError: the rate of the export is unknown', 200),
  ],
  processes: [worker('atlas', 'p1', 'alive'), worker('atlas', 'p2', 'alive'), worker('borealis', 'p3', 'silent', { silentMs: 65_000 })],
  watched: [{ id: 'a1', kind: 'video', subject: 'Case a1', viewers: 212 }, { id: 'b1', kind: 'video', subject: 'Case b1', viewers: 1 }],
  hooks: [
    { id: 'h1', job: 'c1c1c1c1c1c1', host: 'hooks.example.org', state: 'waiting', number: 9, attempts: 3, nextMs: 42_000, error: 'status 503' },
    { id: 'h2', job: 'c2c2c2c2c2c2', host: 'old.example.net', state: 'given up', number: 2, attempts: 41, nextMs: null, error: 'status 410' },
  ],
};

const EMPTY = { running: [], queued: [], failed: [], processes: [], watched: [], hooks: [] };

const overviewOf = ({ processes, watched, hooks, ...lists }) => ({
  hooks: { waiting: hooks.filter(({ nextMs }) => nextMs !== null).length, givenUp: hooks.filter(({ nextMs }) => nextMs === null).length },
  jobs: { queued: lists.queued.length, running: lists.running.length, done: 1204, failed: lists.failed.length, canceled: 3 },
  viewers: watched.reduce((sum, { viewers }) => sum + viewers, 0), watched, processes,
});

/** The page, with `state` as the answers of the server; a test may change it.  `asked` are the POSTs. */
function withBoard(options, body, state = structuredClone(BUSY)) {
  return withPage({ reducedMotion: 'reduce', colorScheme: 'dark', ...options }, async (page) => {
    const asked = [];
    await page.addInitScript(installDouble);
    await page.route('**/api/operators', (route) => (state.isLost ? route.abort('internetdisconnected') : route.fulfill({ json: overviewOf(state) })));
    await page.route('**/api/operators/hooks?*', (route) => (state.isLost ? route.abort('internetdisconnected') : route.fulfill({ json: { hooks: state.hooks, next: null } })));
    await page.route('**/api/jobs?*', (route) => {
      const query = new URL(route.request().url()).searchParams;
      const list = query.get('state') ?? 'queued';
      return state.isLost ? route.abort('internetdisconnected') : route.fulfill({ json: state.page?.(list, query) ?? { jobs: state[list], next: null } });
    });
    await page.route('**/api/operators/jobs/**', (route) => {
      asked.push(`${new URL(route.request().url()).pathname.replace('/api/operators/jobs/', '')} ${route.request().postData()}`);
      return route.fulfill(state.refuses ? { status: 409, json: { detail: state.refuses } } : { json: {} });
    });
    await page.goto(`${base}/operators.html`);
    await page.locator(state.running.length ? '#running .job' : '#running .none:not(:empty)').first().waitFor();
    await body(page, state, asked);
  });
}

const say = (page, name, id, data) => page.evaluate(([n, d]) => globalThis.say(n, d), [name, { job: id, data }]);

async function faultsOf(page) {
  await page.evaluate(axe);
  return page.evaluate(async () => (await globalThis.axe.run()).violations.map(({ id, nodes }) =>
    `${id}: ${nodes.map(({ html, failureSummary }) => `${html.slice(0, 160)} ${failureSummary}`).join(' | ')}`));
}

for (const [name, options, state] of [
  ['dark on a screen', {}], ['light on a tablet', { colorScheme: 'light', viewport: { width: 800, height: 1100 } }],
  ['dark on a phone', { ...phone, viewport: { width: 390, height: 844 } }], ['light on a phone', { ...phone, colorScheme: 'light' }],
  ['of an empty server', {}, EMPTY],
]) {
  test(`the page ${name} is whole, and axe finds no fault in it`, withBoard(options, async (page) => {
    await assertNoSidewaysScroll(page);
    if (SHOTS) await page.screenshot({ path: `${SHOTS}/operators ${name}.png`, fullPage: true });
    assert.deepEqual(await faultsOf(page), []);
    if (!state) await page.locator('.job .cancel').first().click();
    assert.deepEqual(await faultsOf(page), []);
  }, structuredClone(state ?? BUSY)));
}

test('progress comes by the stream, which asks for the jobs that are shown', withBoard({}, async (page) => {
  await page.waitForFunction(() => globalThis.sources?.length === 1);
  assert.match(await page.evaluate(() => globalThis.sources[0].url), /^\/api\/operators\/events\?from=latest&id=a1&id=a2&id=b1&id=b2&id=b3&id=b4$/);
  await say(page, 'progress', 'a1', { percent: 71.9, etaMs: 20_000 });
  assert.match(await row(page, 'Case a1').locator('.job-facts').textContent(), /^71 %about 20 s left/);
  assert.equal(await row(page, 'Case a1').locator('progress').evaluate((bar) => bar.value), 71.9);
}));

test('a time is told as an age, with the exact time as its title', withBoard({}, async (page) => {
  const time = row(page, 'Case c1').locator('time');
  assert.equal(await time.textContent(), '12 min ago');
  const exact = await time.evaluate((element) => [element.title, new Date(element.dateTime).toLocaleString()]);
  assert.equal(exact[0], exact[1]);
}));

test('j, k and arrows go from job to job, over all lists; Tab reaches the buttons of one row', withBoard({}, async (page) => {
  const focused = () => page.evaluate(() => document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent);
  await press(page, 'j');
  assert.equal(await focused(), 'Case a1, video, running');
  await press(page, 'j', 'ArrowDown');
  assert.equal(await focused(), 'Case b1, video, queued');
  await press(page, 'k', 'ArrowUp', 'ArrowUp');
  assert.equal(await focused(), 'Case a1, video, running');
  await press(page, 'Tab');
  assert.equal(await focused(), 'Cancel');
  await press(page, 'Tab');
  assert.equal(await focused(), 'Shortcuts', 'the buttons of other rows are left out');
  await press(page, 'Enter', 'j');
  assert.equal(await focused(), 'Shortcuts', 'without shortcuts no key moves the focus');
}));

test('the focus of a job that is gone goes to its neighbour', withBoard({}, async (page, state) => {
  await row(page, 'Case b2').focus();
  state.queued.splice(1, 1);
  await page.evaluate(() => dispatchEvent(new Event('focus')));
  await assertSoon(async () => assert.equal(await page.evaluate(() => document.activeElement.getAttribute('aria-label')), 'Case b3, video, queued'));
}));

test('keys ask for what buttons ask for, and a cancel wants a second press', withBoard({}, async (page, state, asked) => {
  await row(page, 'Case b1').focus();
  await press(page, '+', 'c', 'c');
  await row(page, 'Case b2').locator('.lower').click();
  await row(page, 'Case c1').focus();
  await press(page, 'r', 'c');
  await assertSoon(async () => assert.deepEqual([...asked].sort(), ['b1/cancel {}', 'b1/priority {"priority":8}', 'b2/priority {"priority":3}', 'c1/retry {}']));
}));

test('fingers cancel, too', withBoard(phone, async (page, state, asked) => {
  const button = row(page, 'Case a1').locator('.cancel');
  assert.ok((await button.boundingBox()).height >= 44);
  assert.equal(await page.locator('.keys').isVisible(), false);
  await button.tap();
  assert.equal(await button.textContent(), 'Cancel it now?');
  assert.deepEqual(asked, []);
  await button.tap();
  await assertSoon(async () => assert.deepEqual(asked, ['a1/cancel {}']));
}));

test('a refusal is told where it was asked for', withBoard(LOST, async (page, state) => {
  state.refuses = 'the job is done: <b>only</b> one that failed can be made again';
  await row(page, 'Case c1').locator('.retry').click();
  await assertSoon(async () => assert.equal(await row(page, 'Case c1').locator('.job-error').textContent(), state.refuses));
  assert.equal(await announced(page), state.refuses);
}));

test('a lost server leaves the page as it was, and comes back by itself', withBoard(LOST, async (page, state) => {
  state.isLost = true;
  await page.evaluate(() => dispatchEvent(new Event('focus')));
  await page.locator('#lost', { hasText: 'The server could not be reached. What you see is from' }).waitFor();
  assert.equal(await page.locator('.job').count(), 8);
  state.isLost = false;
  Object.assign(state, structuredClone(EMPTY));
  await page.evaluate(() => dispatchEvent(new Event('online')));
  await page.locator('#queued .none', { hasText: 'The queue is empty.' }).waitFor();
  assert.equal(await page.locator('#lost').isVisible(), false);
  assert.equal(await page.locator('.job').count(), 0);
}));

test('a long list is shown page by page, and a page that empties leads to the first one', withBoard({}, async (page, state) => {
  const jobs = (from) => Array.from({ length: 20 }, (_, i) => job(`q${from + i}`, 'queued', { position: from + i }));
  let isThere = true;
  state.page = (list, query) => {
    if (list !== 'queued') return null;
    if (query.get('after') === 'two') return isThere ? { jobs: jobs(21), next: null } : { jobs: [], next: null };
    return { jobs: jobs(1), next: isThere ? 'two' : null };
  };
  await page.evaluate(() => dispatchEvent(new Event('focus')));
  await page.locator('#queued .next:enabled').waitFor();
  assert.equal((await subjects(page, 'queued')).length, 20);
  await row(page, 'Case q20').focus();
  await press(page, 'n');
  await row(page, 'Case q40').waitFor();
  assert.equal((await subjects(page, 'queued'))[0], 'Case q21');
  isThere = false;
  await page.evaluate(() => dispatchEvent(new Event('focus')));
  await row(page, 'Case q1').waitFor();
  assert.equal(await page.locator('#queued .pager').isVisible(), false);
}));

test('markup in a reason and in a subject is text', withBoard({}, async (page, state) => {
  const bad = '<img src=x onerror=alert(1)>';
  state.failed = [failed('x', bad, 1)];
  state.failed[0].case = bad;
  await page.evaluate(() => dispatchEvent(new Event('focus')));
  await assertSoon(async () => assert.equal(await page.locator('#failed .job-error').textContent(), bad));
  assert.equal(await page.locator('#failed img').count(), 0);
}));

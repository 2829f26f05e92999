// page.js - the page of operators: reads what there is every few seconds, and at once when a job's stream tells of a
// change.

import { byId, show } from '../dom.js';
import { ago, updateAges } from './age.js';
import { cancelJob, readOverview, retryJob, setPriority, subjectOf } from './api.js';
import { makeKeys } from './keys.js';
import { makeList } from './list.js';
import { makeLive } from './live.js';
import { paintSide, readHookPage } from './side.js';

const EVERY_MS = 4000;
const MOST_MS = 30_000; // … while the server can't be reached
const LEAST_MS = 400;   // between two readings

let timer, last = 0, failures = 0, isReading = false, isStale = false, readMs = null;

function say(text) {
  if (text) byId('announcer').textContent = text;
}

const DONE = {
  cancel: async (job) => { await cancelJob(job.id); return 'is canceled'; },
  retry: async (job) => { await retryJob(job.id); return 'is queued again'; },
  priority: async (job, n) => { await setPriority(job.id, n); return `has the priority ${n}`; },
};

async function act(what, job, priority) {
  try {
    say(`${subjectOf(job)} ${await DONE[what](job, priority)}`);
  } catch (error) {
    say(error.message);
    throw error;
  } finally {
    soon();
  }
}

const LISTS = [
  { id: 'running', title: 'Running', query: { state: 'running' }, none: 'Nothing runs.' },
  { id: 'queued', title: 'Queue', query: { order: 'queue' }, none: 'The queue is empty.' },
  { id: 'failed', title: 'Failures', query: { state: 'failed' }, none: 'No job has failed.' },
];
const lists = LISTS.map((list) => makeList({ ...list, act, moved: changed }));
const [running, queued] = lists;
const keys = makeKeys(lists, say);

const live = makeLive((name, id, data) => {
  const row = running.find(id) ?? queued.find(id);
  if (name === 'progress') row?.progress(data);
  else if (!row || name === 'end' || data.state !== row.job().state) soon();
});

function changed() {
  keys.keep();
  live.watch([...running.rows(), ...queued.rows()].map((row) => row.job().id));
}

function paintLost(error) {
  document.body.classList.toggle('stale', Boolean(error && readMs));
  byId('lost').textContent = error
    ? `${error.message} ${readMs ? `What you see is from ${ago(readMs)}.` : ''} Trying again.` : '';
  show(Boolean(error), byId('lost'));
}

function paint(overview) {
  paintSide(overview);
  lists.forEach((list, i) => list.setCount(overview.jobs[LISTS[i].id]));
  document.title = `${overview.jobs.running} running, ${overview.jobs.queued} queued – casecast`;
}

function wait(ms) {
  clearTimeout(timer);
  if (!document.hidden) timer = setTimeout(read, ms);
}

async function read() {
  if (isReading) return;
  isReading = true;
  isStale = false;
  last = performance.now();
  try {
    const [overview] = await Promise.all([readOverview(), readHookPage(), ...lists.map((list) => list.read())]);
    paint(overview);
    failures = 0;
    readMs = Date.now();
    paintLost(null);
  } catch (error) {
    failures++;
    paintLost(error);
  }
  isReading = false;
  changed();
  if (isStale) soon();
  else wait(failures ? Math.min(MOST_MS, EVERY_MS * 2 ** (failures - 1)) : EVERY_MS);
}

// An answer that is under way may be older than the change.
function soon() {
  isStale = true;
  wait(Math.max(0, last + LEAST_MS - performance.now()));
}

for (const name of ['focus', 'online', 'pageshow']) addEventListener(name, soon);
document.addEventListener('visibilitychange', () => (document.hidden ? clearTimeout(timer) : soon()));
setInterval(updateAges, 5000);
read();

// gallery.js - the cases, and the open one.  Its id is in the address (#case=ID), so a reload comes back to a running
// job, and the browser's back button closes it.

import { beginJob, cancelJob, readCase, watchVideo } from './api.js';
import { makeCard } from './card.js';
import { watchCases } from './case-watch.js';
import { byId, show } from './dom.js';
import { bringPictures } from './picture.js';
import * as theatre from './theatre.js';

const LAST = ['done', 'failed', 'canceled'];

const cards = new Map(); // by case id
let items = null;        // the last list; null: none yet
let current = null;      // { item, card, job, isOver, stop }
let wish = null;         // the id of the case whose button was pressed to create its video

const wantedId = () => new URLSearchParams(location.hash.slice(1)).get('case');
const addressOf = (id) => `#${new URLSearchParams({ case: id })}`;

function forget() { // so that a reload does not start a failed or canceled job again
  history.replaceState(null, '', location.pathname);
}

// The stream of the open case is newer than any list.
function note(item, change) {
  Object.assign(item, change);
  cards.get(item.id)?.update(item);
}

function happened(name, data) {
  const { item } = current;
  theatre[name](data);
  if (name === 'back') bringPictures();
  if (name === 'job') {
    current.job = data.id;
    if (data.state === 'queued' || data.state === 'running') {
      note(item, { job: { percent: 0, ...item.job, ...data } });
      list.soon(); // for its waitMs
    }
    list.say();
  }
  if (name === 'progress' && item.job) note(item, { job: { ...item.job, state: 'running', percent: data.percent } });
  if (name === 'done') note(item, { video: { thumbnail: data.thumbnail, file: data.video } });
  if (name === 'failed' || name === 'canceled') forget();
  if (!LAST.includes(name)) return;
  current.isOver = true;
  note(item, { job: null });
  current.card.setNote(name === 'failed' ? 'failed' : '');
  list.say();
}

function watchOpen(opened, isReady) {
  opened.stop = watchVideo(opened.item.id, (name, data) => {
    happened(name, data);
    if (name === 'done' && isReady) theatre.startVideo();
  });
}

// Only a press starts a failed or canceled job again.  A reload or a reconnect gets its old end.
function openCase(item, isWish) {
  const opened = { item, card: cards.get(item.id), job: null, isOver: false, stop() {} };
  const isReady = Boolean(item.video && !item.job);
  current = opened;
  opened.card.setOpen(true);
  theatre.open(item);
  readCase(item.id).then((record) => current === opened && theatre.describe(record)).catch(() => {});
  if (!isWish) return watchOpen(opened, isReady);
  beginJob(item.id)
    .catch(() => {}) // the stream reports the error; a page that may not create jobs still watches
    .then(() => current === opened && watchOpen(opened, isReady));
}

function leaveCase() {
  if (!current) return;
  const { card, stop } = current;
  stop();
  current = null;
  theatre.close();
  card.setOpen(false);
  card.setNote('');
  if (card.element.isConnected) card.focus();
  list.soon();
}

function follow() {
  if (location.hash === '#cases') return; // the skip link
  const id = wantedId();
  const isWish = wish !== null && wish === id;
  wish = null;
  if (id !== null && id === current?.item.id) return;
  leaveCase();
  const item = items?.find((one) => one.id === id);
  if (item) openCase(item, isWish);
}

function choose(item, isWish = !item.job && !item.video) {
  if (item.id === current?.item.id) return theatre.focus();
  wish = isWish ? item.id : null;
  location.hash = addressOf(item.id);
}

function close() {
  forget();
  follow();
}

function noteGallery(title, text, { code = false, again = false } = {}) {
  byId('gallery-note-title').textContent = title;
  byId('gallery-note-text').textContent = text;
  show(Boolean(title), byId('gallery-note'));
  show(code, byId('gallery-note-code'));
  show(again, byId('gallery-again'));
}

// The open case keeps the state of its stream.  From the list it takes only waitMs.
function keepOpen(listed) {
  const { item } = current;
  if (listed.job?.state === 'queued' && item.job?.state === 'queued') theatre.expect(listed.job.waitMs);
  return current.isOver ? listed : Object.assign(listed, { job: item.job ?? listed.job, video: item.video });
}

function placeCards() {
  const wanted = items.map(({ id }) => cards.get(id).element);
  const list = byId('cards');
  for (const element of [...list.children]) if (!wanted.includes(element)) element.remove();
  wanted.forEach((element, i) => {
    if (list.children[i] !== element) list.insertBefore(element, list.children[i] ?? null);
  });
}

function showCases(listed) {
  items = listed;
  items.forEach((item, i) => {
    if (item.id === current?.item.id) items[i] = current.item = keepOpen(item);
    if (cards.has(item.id)) cards.get(item.id).update(items[i]);
    else cards.set(item.id, makeCard(item, choose, addressOf));
  });
  for (const id of [...cards.keys()]) if (!items.some((item) => item.id === id)) cards.delete(id);
  placeCards();
  if (items.length) noteGallery('', '');
  else noteGallery('No cases yet', 'Import one, and it will appear here.', { code: true });
  if (!current) follow();
}

function leaveToOthers(n) {
  current.stop();
  current.isOver = true;
  theatre.left(n);
  forget();
}

async function cancel() {
  try {
    await cancelJob(current.job);
  } catch (error) {
    if (error.watching) leaveToOthers(error.watching);
    else theatre.warn('The video could not be canceled', error.message);
  }
}

theatre.onActions({
  cancel,
  again() {
    const { item } = current;
    leaveCase();
    choose(item, true);
  },
  close,
});
addEventListener('hashchange', follow);
addEventListener('keydown', (event) => {
  if (event.key === 'Escape' && current && !event.defaultPrevented && !document.fullscreenElement) close();
});

const list = watchCases({
  tell: showCases,
  fail(error) {
    if (!items) noteGallery('The cases could not be loaded', error.message, { again: true });
  },
});
byId('gallery-again').addEventListener('click', list.soon);

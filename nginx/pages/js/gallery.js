// gallery.js - the cases, and the one whose video is open.  The address says which (#case=ID), so a reload finds
// its way back into a running job, and the browser's back button closes it.

import { beginJob, cancelJob, listCases, readCase } from './api.js';
import { makeCard } from './card.js';
import { byId, show } from './dom.js';
import { watchVideo } from './job-stream.js';
import * as theatre from './theatre.js';

const cards = new Map(); // by case id
let items = [];
let current = null; // { item, card, job, stop }

const wantedId = () => new URLSearchParams(location.hash.slice(1)).get('case');
const addressOf = (id) => `#${new URLSearchParams({ case: id })}`;

function forget() { // so that a reload does not start again what failed or was canceled
  history.replaceState(null, '', location.pathname);
}

function happened(name, data) {
  const { card } = current;
  theatre[name](data);
  if (name === 'job') current.job = data.id;
  if (name === 'job' && data.state === 'queued') card.setBadge('queued');
  if (name === 'progress') card.setBadge(`${Math.floor(data.percent)} %`);
  if (name === 'done') card.setVideo({ thumbnail: data.thumbnail });
  if (name === 'failed' || name === 'canceled') forget();
  if (['done', 'failed', 'canceled'].includes(name)) card.setBadge(name === 'failed' ? 'failed' : '');
}

function openCase(item) {
  const opened = { item, card: cards.get(item.id), job: null };
  const isReady = Boolean(item.video);
  current = opened;
  opened.card.setOpen(true);
  theatre.open(item);
  readCase(item.id).then((record) => current === opened && theatre.describe(record)).catch(() => {});
  opened.stop = watchVideo(item.id, (name, data) => {
    happened(name, data);
    if (name === 'done' && isReady) theatre.startVideo();
  });
}

function leaveCase() {
  if (!current) return;
  const { card, stop } = current;
  stop();
  card.setOpen(false);
  card.setBadge('');
  theatre.close();
  card.focus();
  current = null;
}

function follow() {
  if (location.hash === '#cases') return; // the link that skips to the cards
  const item = items.find(({ id }) => id === wantedId());
  if (item && item === current?.item) return;
  leaveCase();
  if (item) openCase(item);
}

function choose(item) {
  if (wantedId() === item.id) theatre.focus();
  else location.hash = addressOf(item.id);
}

function note(title, text, { code = false, again = false } = {}) {
  byId('gallery-note-title').textContent = title;
  byId('gallery-note-text').textContent = text;
  show(Boolean(title), byId('gallery-note'));
  show(code, byId('gallery-note-code'));
  show(again, byId('gallery-again'));
}

function showCases() {
  cards.clear();
  for (const item of items) cards.set(item.id, makeCard(item, choose));
  byId('cards').replaceChildren(...[...cards.values()].map((card) => card.element));
  if (items.length) note('', '');
  else note('No cases yet', 'Import one, and it appears here.', { code: true });
}

async function load() {
  try {
    items = await listCases();
  } catch (error) {
    note('The cases could not be loaded', error.message, { again: true });
    return;
  }
  showCases();
  follow();
}

function leaveToOthers(n) {
  current.stop();
  current.card.setBadge('');
  theatre.left(n);
  forget();
}

async function cancel() {
  try {
    await cancelJob(current.job);
  } catch (error) {
    if (error.watching) leaveToOthers(error.watching);
    else theatre.warn('It could not be canceled', error.message);
  }
}

theatre.onActions({
  cancel,
  async again() {
    const { item } = current;
    leaveCase();
    await beginJob(item.id).catch(() => {}); // what is wrong is told by the stream
    choose(item);
  },
  close: () => { location.hash = ''; forget(); follow(); },
});
byId('gallery-again').addEventListener('click', load);
addEventListener('hashchange', follow);
load();

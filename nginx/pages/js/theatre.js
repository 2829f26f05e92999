// theatre.js - the panel in which a video is made and then played.  gallery.js calls it for each event.

import { byId, isCalm, make, scrolling, show } from './dom.js';
import { dress, undress } from './dress.js';
import { makePicture } from './picture.js';
import { makeReel } from './reel.js';
import { makeScreen } from './screen.js';
import {
  clock, count, languageName, placeInQueue, stageName, stillBeingMade, timeLeft,
} from './text.js';

const parts = Object.fromEntries(
  ['announcer', 'again', 'bar', 'cancel', 'close', 'credits', 'download', 'frames', 'hero', 'kicker', 'left',
    'live', 'lost', 'made', 'made-left', 'made-text', 'message', 'meter', 'overlay', 'percent', 'player', 'sound',
    'speed', 'stage', 'stills', 'strip', 'theatre', 'wait'].map((id) => [id, byId(id)]));
const reel = makeReel(Object.fromEntries(['at', 'chapter', 'marks', 'picture', 'preview', 'reel', 'time', 'when']
  .map((id) => [id, byId(id === 'reel' ? id : `reel-${id}`)])));
const title = byId('theatre-title');
const message = { title: byId('message-title'), text: byId('message-text') };

let item = null;     // the open case of the gallery
let scenes = [];     // its scenes; empty: not read yet
let finished = null; // the data of `done`
let announced = '';  // the last text for screen readers
let whole = 0;       // length of the video in seconds; 0: not known yet
let etaMs = null;    // until the video is complete
let frames = 0;      // made, by the last `progress`
let queued = 0;      // position in the queue; 0: not queued

const screen = makeScreen({
  live: parts.live,
  player: parts.player,
  tell: {
    shown() {
      show(false, parts.overlay, parts.stills, parts.meter);
      show(true, parts.made);
      parts.live.setAttribute('aria-label', `${title.textContent}, while it is made`);
      paintMade();
      setMessage('', 'You can watch it already', 'The rest is still being made.');
      announce('You can watch it already. The rest is still being made.');
    },
    silenced: (yes) => show(yes, parts.sound),
    changed: paintMade,
    ended() {
      show(false, parts.made, parts.wait);
      if (finished) return offerFinal();
      show(false, parts.message);
      show(true, parts.overlay, parts.stills, parts.meter);
    },
  },
});

function announce(text) {
  if (text !== announced) parts.announcer.textContent = text;
  announced = text;
}

function setBig(number, unit = '') {
  parts.percent.replaceChildren(number, ...(unit ? [make('small', { textContent: unit })] : []));
}

function setPageTitle(text) {
  document.title = [text, title.textContent, 'casecast'].filter(Boolean).join(' – ');
}

function setFacts(left, frames, speed) {
  parts.left.textContent = left;
  parts.frames.textContent = frames;
  parts.speed.textContent = speed;
}

function setWaiting(big, stage) {
  setBig(big);
  parts.stage.textContent = stage;
  parts.bar.removeAttribute('value');
  announce(stage);
}

function setMessage(kind, heading, text) {
  parts.message.className = `message ${kind}`;
  message.title.textContent = heading;
  message.text.textContent = text;
  show(Boolean(text), message.text);
  show(true, parts.message);
}

// When the focused element is hidden, the focus goes to another one.
function showActions(wanted) {
  const focused = document.activeElement;
  for (const name of ['download', 'again', 'cancel']) show(wanted.includes(name), parts[name]);
  if (focused?.hidden) (wanted.length ? parts[wanted[0]] : parts.close).focus();
}

function setStrip(n) {
  if (parts.strip.children.length === n) return;
  parts.strip.replaceChildren(...Array.from({ length: n }, (_, i) => make('li', { textContent: i + 1 })));
}

// The final file plays: the viewer can go to every part of it.
function offerFinal() {
  reel.open(parts.player, finished);
  for (const button of parts.strip.querySelectorAll('button')) button.disabled = false;
}

function describeScene(index) {
  return [`Scene ${index}`, scenes[index - 1]?.caption].filter(Boolean).join(': ');
}

function showStill(src) {
  const still = makePicture({ src, alt: '' });
  const older = [...parts.stills.children];
  still.addEventListener('load', () => setTimeout(() => older.forEach((image) => image.remove()), 900));
  parts.stills.append(still);
  parts.live.poster = src; // for a video that fades in from black
}

// How long until that time of the video is made, if the rest is made at an even pace.
function msUntil(seconds) {
  const left = whole - screen.made();
  if (etaMs === null || left <= 0) return null;
  return etaMs * Math.min(1, Math.max(0, (seconds - screen.made()) / left));
}

function paintMade() {
  if (!screen.isShown()) return;
  const share = (seconds) => (whole ? Math.min(1, seconds / whole) : 0);
  const isWaiting = screen.isWaiting();
  parts.made.style.setProperty('--made', share(screen.made()));
  parts.made.style.setProperty('--at', share(screen.at()));
  if (isWaiting) {
    parts.wait.textContent = stillBeingMade(msUntil(screen.at() + 1));
    if (parts.wait.hidden) announce(parts.wait.textContent);
  }
  show(isWaiting, parts.wait);
}

/** Opens the panel for a case of the gallery, before the first event. */
export function open(chosen) {
  item = chosen;
  scenes = [];
  announced = '';
  title.textContent = item.title;
  title.lang = item.language;
  parts.kicker.textContent = languageName(item.language);
  parts.theatre.classList.toggle('tall', item.shape !== '16:9');
  parts.theatre.classList.toggle('long', item.title.length > 60);
  parts.theatre.style.setProperty('--shape', item.shape.replace(':', ' / '));
  parts.stills.replaceChildren();
  parts.strip.replaceChildren();
  leaveScreen();
  whole = frames = queued = 0;
  etaMs = null;
  setStrip(item.scenes);
  setWaiting('…', 'Asking for the video');
  setFacts('–', '–', '–');
  parts.cancel.disabled = false;
  show(false, parts.message, parts.lost, parts.credits, parts.hero, parts.made, parts.wait);
  show(true, parts.theatre, parts.overlay, parts.stills, parts.meter);
  showActions([]);
  setPageTitle('');
  focus();
}

export function focus() {
  title.focus({ preventScroll: true });
  parts.theatre.scrollIntoView({ block: 'start', behavior: scrolling() });
}

function leaveScreen() {
  finished = null;
  parts.live.removeAttribute('poster');
  screen.close();
  reel.close();
  undress(parts.player);
}

export function close() {
  leaveScreen();
  show(false, parts.theatre);
  show(true, parts.hero);
  document.title = 'casecast';
}

/** Takes captions for the thumbnails and the credits from the case, when it is read. */
export function describe(record) {
  scenes = record.scenes;
  const credits = [...new Set(scenes.map((scene) => scene.credit).filter(Boolean))];
  parts.credits.textContent = credits.join(' · ');
  show(credits.length > 0, parts.credits);
  for (const image of parts.strip.querySelectorAll('img')) image.alt = describeScene(Number(image.dataset.index));
}

export function job({ state, position }) {
  if (state === 'queued' || state === 'running') showActions(['cancel']);
  queued = state === 'queued' ? position : 0;
  if (state === 'queued') {
    setWaiting(position > 0 ? `#${position}` : '…', placeInQueue(position));
    setPageTitle('Queued');
  } else if (state === 'running') {
    setWaiting('…', 'Starting');
  }
}

/** A queued job probably starts in `ms`; null: not known. */
export function expect(ms) {
  if (queued) parts.stage.textContent = placeInQueue(queued, ms);
}

export function progress({ stage, percent, frames: made, of, fps, etaMs: left }) {
  const percentNow = Math.floor(percent);
  queued = 0;
  frames = made;
  setBig(percentNow, '%');
  parts.bar.value = percent;
  parts.stage.textContent = stageName(stage);
  etaMs = left ?? null;
  setFacts(timeLeft(left), of ? `${made} of ${of}` : '–', fps ? `${Math.round(fps)} fps` : '–');
  setPageTitle(`${percentNow} %`);
  parts['made-text'].textContent = `${percentNow} % made`;
  parts['made-left'].textContent = etaMs === null ? '' : `${timeLeft(etaMs)} left`;
  screen.mayHaveGrown();
  paintMade();
  if (parts.wait.hidden) announce(`${stageName(stage)}, ${percentNow - (percentNow % 25)} percent`);
}

/** The first part of the video can be played. */
export function playable(data) {
  whole = data.of ?? 0;
  screen.watch(data);
}

export function scene({ index, of, thumbnail }) {
  setStrip(of);
  screen.mayHaveGrown();
  const place = parts.strip.children[index - 1];
  if (!place || place.querySelector('img')) return;
  const image = makePicture({ src: thumbnail, alt: describeScene(index) });
  image.dataset.index = index;
  const button = make('button', { type: 'button', disabled: true }, image);
  button.addEventListener('click', () => reel.goToScene(index));
  place.append(button);
  showStill(thumbnail);
  if (parts.strip.scrollWidth > parts.strip.clientWidth) {
    parts.strip.scrollTo({ left: place.offsetLeft - parts.strip.clientWidth / 2, behavior: scrolling() });
  }
}

export function done(result) {
  const { video, seconds, width, height } = result;
  dress(parts.player, result, item);
  screen.finish(video);
  finished = result;
  if (!screen.isShown()) offerFinal();
  parts.download.href = video;
  parts['made-text'].textContent = 'Complete';
  parts['made-left'].textContent = '';
  show(false, parts.overlay, parts.stills, parts.meter, parts.wait);
  showActions(['download']);
  setMessage('good', 'Your video is ready', `${clock(seconds)} · ${width} × ${height}`);
  setPageTitle('');
  announce('Your video is ready');
}

export function failed({ error }) {
  end('bad', 'This video could not be made', error, 'Failed');
}

export function canceled() {
  end('', 'Canceled', frames > 0
    ? 'No video was made. If you start it again, the parts that are kept are used again.'
    : 'The work had not begun. You can start it again at any time.', 'Canceled');
}

/** The viewer left a video that `n` others still watch. */
export function left(n) {
  end('', 'You left', `${count(n, 'other')} still ${n === 1 ? 'watches' : 'watch'}, so the video goes on.`, 'Left');
}

function end(kind, heading, text, short) {
  leaveScreen();
  parts.bar.value = 0;
  setBig('');
  parts.stage.textContent = short;
  show(false, parts.meter);
  showActions(['again']);
  setMessage(kind, heading, text);
  setPageTitle(short);
  announce(`${heading}. ${text}`);
}

export const lost = () => show(true, parts.lost);
export const back = () => show(false, parts.lost);

/** An error that does not end the video, such as a cancel that failed. */
export function warn(heading, text) {
  setMessage('bad', heading, text);
  announce(`${heading}. ${text}`);
}

export function startVideo() {
  if (isCalm()) return;
  parts.player.play().catch(() => {}); // the browser may want a press: the viewer has the controls
}

export function onActions({ again, cancel, close: leave }) {
  parts.again.addEventListener('click', again);
  parts.close.addEventListener('click', leave);
  parts.sound.addEventListener('click', () => {
    parts.live.muted = false;
    parts.live.focus();
  });
  parts.cancel.addEventListener('click', () => {
    parts.cancel.disabled = true;
    cancel().finally(() => { parts.cancel.disabled = false; });
  });
}

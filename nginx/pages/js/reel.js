// reel.js - under a finished film: its whole length with the chapters on it, and what is to be seen at each place.

import { byId, make, show } from './dom.js';
import { clock } from './text.js';

const parts = Object.fromEntries(['at', 'chapter', 'marks', 'picture', 'preview', 'reel', 'time', 'when']
  .map((id) => [id, byId(id === 'reel' ? id : `reel-${id}`)]));

const PICTURE = /^(?<file>[^#]+)#xywh=(?<x>\d+),(?<y>\d+),(?<width>\d+),(?<height>\d+)$/;

let film = null; // { video, seconds, chapters, sprites, ending }

const chapterAt = (seconds) => film.chapters.findLast(({ start }) => start <= seconds + 0.05);

// The browser reads the cues; a film whose sprites did not come has a reel without pictures.
function loadSprites(video, src) {
  const track = make('track', { kind: 'metadata', src });
  video.append(track);
  track.track.mode = 'hidden';
  return track;
}

function cueAt(seconds) {
  const cues = [...(film.sprites?.track.cues ?? [])];
  return cues.find(({ startTime, endTime }) => seconds >= startTime && seconds < endTime) ?? cues.at(-1);
}

function paintPicture(seconds) {
  const at = PICTURE.exec(cueAt(seconds)?.text ?? '')?.groups;
  show(Boolean(at), parts.picture);
  if (!at) return;
  const url = new URL(at.file, new URL(film.sprites.src, document.baseURI));
  Object.assign(parts.picture.style, {
    width: `${at.width}px`,
    height: `${at.height}px`,
    backgroundImage: `url("${url.href}")`,
    backgroundPosition: `-${at.x}px -${at.y}px`,
  });
}

function preview(seconds) {
  const title = chapterAt(seconds)?.title;
  paintPicture(seconds);
  parts.when.textContent = [clock(seconds), title].filter(Boolean).join(' ');
  show(true, parts.preview);
  const { width } = parts.reel.getBoundingClientRect();
  const half = parts.preview.offsetWidth / 2;
  const x = Math.min(width - half - 6, Math.max(half + 6, (seconds / film.seconds) * width));
  parts.preview.style.left = `${x}px`;
}

function secondsUnder(event) {
  const { left, width } = parts.at.getBoundingClientRect();
  return Math.min(1, Math.max(0, (event.clientX - left) / width)) * film.seconds;
}

function paint() {
  const now = film.video.currentTime;
  const title = chapterAt(now)?.title ?? '';
  parts.at.value = now;
  parts.at.style.setProperty('--at', Math.min(1, now / film.seconds));
  parts.at.setAttribute('aria-valuetext', [`${clock(now)} of ${clock(film.seconds)}`, title].filter(Boolean).join(', '));
  parts.chapter.textContent = title;
  parts.time.textContent = `${clock(now)} / ${clock(film.seconds)}`;
}

function goTo(seconds) {
  if (!film) return;
  film.video.currentTime = Math.min(seconds, film.seconds);
  paint();
}

/** Show the reel of what `video` plays: `done` names its `seconds`, `chapters` and `sprites`. */
export function open(video, { seconds, chapters, sprites }) {
  close();
  const ending = new AbortController();
  film = { video, seconds, chapters: chapters ?? [], ending, sprites: sprites ? loadSprites(video, sprites) : null };
  parts.at.max = seconds;
  parts.marks.replaceChildren(...film.chapters.filter(({ start }) => start > 0).map(({ start }) => {
    const mark = make('i');
    mark.style.left = `${(start / seconds) * 100}%`;
    return mark;
  }));
  for (const name of ['timeupdate', 'seeking', 'seeked']) {
    video.addEventListener(name, paint, { signal: ending.signal });
  }
  paint();
  show(true, parts.reel);
}

/** Go to where scene `index` (from 1) begins. */
export function goToScene(index) {
  const chapter = film?.chapters[index - 1];
  if (chapter) goTo(chapter.start);
}

export function close() {
  film?.ending.abort();
  film?.sprites?.remove();
  film = null;
  show(false, parts.reel, parts.preview);
}

parts.at.addEventListener('input', () => goTo(parts.at.valueAsNumber));
parts.at.addEventListener('pointermove', (event) => film && preview(secondsUnder(event)));
for (const name of ['pointerleave', 'pointercancel', 'blur']) {
  parts.at.addEventListener(name, () => show(false, parts.preview));
}

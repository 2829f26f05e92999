// reel.js - the timeline below a finished video, with its chapters and a preview of each place.

import { make, show } from './dom.js';
import { makePicture } from './picture.js';
import { clock } from './text.js';

const PICTURE = /^(?<file>[^#]+)#xywh=(?<x>\d+),(?<y>\d+),(?<width>\d+),(?<height>\d+)$/;

const AGAIN_S = 2; // after this time in a scene, "back" goes to the scene's own beginning
const STEP_S = 5;   // in a video of one scene, and with Page Up and Page Down

/**
 * `parts`: the elements { reel, at, marks, preview, picture, when, chapter, time }.  Returns
 *   open(video, done)   shows the timeline for `video`, with `seconds`, `chapters` and `sprites` of its `done` event
 *   goToScene(index)    goes to the beginning of scene `index` (from 1)
 *   close()
 */
export function makeReel(parts) {
  let shown = null; // { video, seconds, chapters, sprites, sheets, ending }
  let looked = 0;   // the place of the preview, in seconds

  const chapterAt = (seconds) => shown.chapters.findLast(({ start }) => start <= seconds + 0.05);

  // A sheet or the cues are loaded now.
  function lookAgain() {
    if (shown && !parts.preview.hidden) preview(looked);
  }

  // The browser reads the cues.  If that failed, the next preview requests them again.
  function loadSprites(video, src) {
    const track = make('track', { kind: 'metadata', src });
    video.append(track);
    track.track.mode = 'hidden';
    track.addEventListener('load', lookAgain);
    return track;
  }

  function sprites() {
    if (shown.sprites?.readyState === HTMLTrackElement.ERROR) {
      const { src } = shown.sprites;
      shown.sprites.remove();
      shown.sprites = loadSprites(shown.video, src);
    }
    return shown.sprites;
  }

  // A sheet is used when it is loaded, because a style requests its picture only once.
  function hasSheet(url) {
    const { sheets, ending: { signal } } = shown;
    if (!sheets.has(url)) {
      const sheet = makePicture({ src: url }, signal);
      sheet.addEventListener('load', lookAgain);
      sheets.set(url, sheet);
    }
    return !sheets.get(url).classList.contains('missing');
  }

  function cueAt(seconds) {
    const cues = [...(sprites()?.track.cues ?? [])];
    return cues.find(({ startTime, endTime }) => seconds >= startTime && seconds < endTime) ?? cues.at(-1);
  }

  function paintPicture(seconds) {
    const at = PICTURE.exec(cueAt(seconds)?.text ?? '')?.groups;
    const url = at && new URL(at.file, new URL(shown.sprites.src, document.baseURI));
    const isThere = Boolean(at) && hasSheet(url.href);
    show(isThere, parts.picture);
    if (!isThere) return;
    Object.assign(parts.picture.style, {
      width: `${at.width}px`,
      height: `${at.height}px`,
      backgroundImage: `url("${url.href}")`,
      backgroundPosition: `-${at.x}px -${at.y}px`,
    });
  }

  function preview(seconds) {
    const title = chapterAt(seconds)?.title;
    looked = seconds;
    paintPicture(seconds);
    parts.when.textContent = [clock(seconds), title].filter(Boolean).join(' ');
    show(true, parts.preview);
    const { width } = parts.reel.getBoundingClientRect();
    const half = parts.preview.offsetWidth / 2;
    const x = Math.min(width - half - 6, Math.max(half + 6, (seconds / shown.seconds) * width));
    parts.preview.style.left = `${x}px`;
  }

  function secondsUnder(event) {
    const { left, width } = parts.at.getBoundingClientRect();
    return Math.min(1, Math.max(0, (event.clientX - left) / width)) * shown.seconds;
  }

  function paint() {
    const now = shown.video.currentTime;
    const title = chapterAt(now)?.title ?? '';
    parts.at.value = now;
    parts.at.style.setProperty('--at', Math.min(1, now / shown.seconds));
    parts.at.setAttribute('aria-valuetext', [`${clock(now)} of ${clock(shown.seconds)}`, title].filter(Boolean).join(', '));
    parts.chapter.textContent = title;
    parts.time.textContent = `${clock(now)} / ${clock(shown.seconds)}`;
  }

  function goTo(seconds) {
    if (!shown) return;
    shown.video.currentTime = Math.min(seconds, shown.seconds);
    paint();
  }

  function open(video, { seconds, chapters, sprites: src }) {
    close();
    const ending = new AbortController();
    shown = { video, seconds, chapters: chapters ?? [], ending, sheets: new Map(), sprites: null };
    if (src) shown.sprites = loadSprites(video, src);
    parts.at.max = seconds;
    parts.marks.replaceChildren(...shown.chapters.filter(({ start }) => start > 0).map(({ start }) => {
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

  function goToScene(index) {
    const chapter = shown?.chapters[index - 1];
    if (chapter) goTo(chapter.start);
  }

  function close() {
    shown?.ending.abort();
    shown?.sprites?.remove();
    shown = null;
    show(false, parts.reel, parts.preview);
  }

  // The arrow keys go from scene to scene.
  function place(step) {
    const now = shown.video.currentTime;
    const starts = shown.chapters.map(({ start }) => start);
    if (starts.length < 2) return now + step * STEP_S;
    if (step > 0) return starts.find((start) => start > now + 0.05) ?? now;
    return starts.findLast((start) => start < now - AGAIN_S) ?? starts.findLast((start) => start < now - 0.05) ?? 0;
  }

  const KEYS = {
    ArrowRight: () => place(1),
    ArrowUp: () => place(1),
    ArrowLeft: () => place(-1),
    ArrowDown: () => place(-1),
    PageUp: () => shown.video.currentTime + STEP_S,
    PageDown: () => shown.video.currentTime - STEP_S,
  };

  parts.at.addEventListener('keydown', (event) => {
    const key = KEYS[event.key];
    if (!key || !shown || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    goTo(Math.max(0, key()));
  });
  parts.at.addEventListener('input', () => goTo(parts.at.valueAsNumber));
  parts.at.addEventListener('pointermove', (event) => shown && preview(secondsUnder(event)));
  for (const name of ['pointerleave', 'pointercancel', 'blur']) {
    parts.at.addEventListener(name, () => show(false, parts.preview));
  }

  return { open, goToScene, close };
}

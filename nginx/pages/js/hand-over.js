// hand-over.js - replaces one <video> by another that shows the same video, without a visible jump.

const LEAD_S = 0.5;      // the next one waits this far ahead, with its frame decoded
const START_S = 0.03;    // the time that play() takes
const APART_S = 0.03;    // the largest distance that counts as in step
const BESIDE_MS = 4000;  // both play for so long at most

const wait = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

/** Resolves with the next frame that `video` shows, or after `ms`, because a tab in the background shows none. */
const frame = (video, ms) => new Promise((resolve) => {
  video.requestVideoFrameCallback?.(resolve);
  setTimeout(resolve, ms);
});

function happens(target, names, signal) {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    for (const name of names) target.addEventListener(name, resolve, { once: true, signal });
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

async function seek(video, seconds, signal) {
  const shown = frame(video, 400);
  const done = happens(video, ['seeked'], signal);
  video.currentTime = seconds;
  await done;
  await shown;
  signal.throwIfAborted();
}

const isElsewhere = (video) => [video.getRootNode().fullscreenElement, video.getRootNode().pictureInPictureElement].includes(video)
  || video.webkitDisplayingFullscreen === true;

// In full screen or picture-in-picture only the viewer may replace the element, so wait until they leave it.
async function comeBack(video, signal) {
  const names = ['leavepictureinpicture', 'webkitendfullscreen', 'fullscreenchange'];
  while (isElsewhere(video)) await happens(video, names, signal);
}

function copyState(from, to) {
  to.muted = from.muted;
  to.playbackRate = from.playbackRate;
  to.loop = from.loop;
}

const apart = (from, to) => to.currentTime - from.currentTime;

// Both play, the next one without sound.  Its speed is changed a little until they are in step.
async function runInStep(from, to, signal) {
  const deadline = performance.now() + BESIDE_MS;
  while (performance.now() < deadline && !from.paused && !from.ended) {
    const ahead = apart(from, to);
    if (Math.abs(ahead) < APART_S) return true;
    if (Math.abs(ahead) > 1) return false;
    to.playbackRate = from.playbackRate * (1 - Math.max(-0.25, Math.min(0.25, ahead * 2)));
    await frame(to, 100);
    signal.throwIfAborted();
  }
  return false;
}

async function joinWhilePlaying(from, to, signal) {
  const target = from.currentTime + LEAD_S * from.playbackRate;
  if (target > to.duration - 0.2) { // it ends soon
    await happens(from, ['ended', 'pause', 'seeking'], signal);
    return false;
  }
  await seek(to, target, signal);
  while (from.currentTime < target - START_S * from.playbackRate) {
    if (from.paused || from.seeking || apart(from, to) > 2) return false;
    await wait(8);
    signal.throwIfAborted();
  }
  await to.play();
  await frame(to, 400);
  return runInStep(from, to, signal);
}

// The old one is paused, stalled or at its end, so the next one only has to seek.
async function joinStanding(from, to, signal) {
  const wasPlaying = !from.paused && !from.ended;
  const at = from.ended ? to.duration : from.currentTime;
  if (at !== to.currentTime) await seek(to, at, signal); // no seek: a video that was not started keeps its poster
  if (from.paused === wasPlaying && !from.ended) return false;
  if (Math.abs(apart(from, to)) > APART_S && !from.ended) return false;
  if (wasPlaying) await to.play();
  return true;
}

/**
 * Brings `to`, which has its source, to the place of `from` and keeps it in step.  Calls `swap()` and resolves when the
 * replacement can't be seen or heard.  While `from` is in full screen or picture-in-picture, it waits.  `signal` aborts
 * it with its reason.
 */
export async function handOver(from, to, swap, signal) {
  if (to.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) await happens(to, ['loadeddata'], signal);
  for (let isJoined = false; !isJoined;) {
    await comeBack(from, signal);
    copyState(from, to);
    to.volume = 0;
    const flows = !from.paused && !from.ended && !from.seeking
      && from.readyState >= HTMLMediaElement.HAVE_FUTURE_DATA;
    isJoined = await (flows ? joinWhilePlaying : joinStanding)(from, to, signal).catch((error) => {
      signal.throwIfAborted();
      if (error.name !== 'NotAllowedError') throw error;
      return happens(from, ['pause', 'ended'], signal).then(() => false); // the browser wants a press before it plays
    });
    isJoined &&= !isElsewhere(from);
    if (!isJoined) to.pause();
  }
  copyState(from, to);
  to.volume = from.volume;
  from.pause();
  swap();
}

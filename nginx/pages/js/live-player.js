// live-player.js - plays a video while it is made, with Media Source Extensions or the browser's own HLS.

import { bring, followPlaylist } from './live-playlist.js';

const HLS = 'application/vnd.apple.mpegurl';
const AHEAD_S = 60;   // loaded ahead of the viewer
const BEHIND_S = 30;  // kept behind the viewer when the buffer is full
const EDGE_S = 0.05;  // the sound of a piece may end a packet before its picture
const RETRY_MS = 1000;
const TRIES = 3;

const wait = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });
const happens = (target, name) => new Promise((resolve) => {
  target.addEventListener(name, resolve, { once: true });
});

const mediaType = (codecs) => `video/mp4; codecs="${codecs}"`;
const hasMse = (codecs) => Boolean(globalThis.MediaSource?.isTypeSupported(mediaType(codecs)));

export const canPlayLive = (video, { codecs }) => hasMse(codecs) || video.canPlayType(HLS) !== '';

/** Is that time in one of these ranges, edges included? */
export function isIn(ranges, seconds) {
  for (let i = 0; i < ranges.length; i++) {
    if (seconds >= ranges.start(i) - EDGE_S && seconds <= ranges.end(i) + EDGE_S) return true;
  }
  return false;
}

function covers(ranges, { start, end }) {
  for (let i = 0; i < ranges.length; i++) {
    if (ranges.start(i) <= start + EDGE_S && ranges.end(i) >= end - EDGE_S) return true;
  }
  return false;
}

/**
 * Plays `playable` ({ playlist, codecs }) in `video`.  Returns { read(), setLength(seconds), made(), free() }: read()
 * reads the playlist again, made() is the seconds that are there.  Calls `grew()` when there are more, and
 * `gaveUp(error)` once when it can't go on.  The caller calls free() in each case.
 */
export function playLive(video, playable, tell) {
  const ending = new AbortController();
  const { signal } = ending;

  function giveUp(error) {
    if (signal.aborted) return;
    ending.abort();
    tell.gaveUp(error);
  }

  video.addEventListener('error', () => giveUp(video.error), { signal });
  const play = hasMse(playable.codecs) ? playPieces : playNative;
  const player = play(video, playable, signal, { grew: tell.grew, gaveUp: giveUp });
  return {
    ...player,
    free() {
      ending.abort();
      video.removeAttribute('src');
      video.load();
    },
  };
}

// The browser reads the playlist itself.  Without the seek it would begin at the end of what is made.
function playNative(video, { playlist }, signal, { grew }) {
  video.src = playlist;
  video.addEventListener('loadedmetadata', () => { video.currentTime = 0; }, { signal });
  for (const name of ['progress', 'durationchange']) video.addEventListener(name, grew, { signal });
  return {
    read() {},
    setLength() {},
    made: () => (video.seekable.length ? video.seekable.end(video.seekable.length - 1) : 0),
  };
}

function playPieces(video, { playlist, codecs }, signal, { grew, gaveUp }) {
  const source = new MediaSource();
  const tries = new Map(); // by a piece's address
  let list = { init: null, pieces: [], isWhole: false };
  let length = Infinity, buffer = null, wake = () => {};

  const awake = () => new Promise((resolve) => { wake = resolve; });
  const made = () => list.pieces.at(-1)?.end ?? 0;

  async function updated() {
    while (buffer.updating) await happens(buffer, 'updateend');
    signal.throwIfAborted();
  }

  // A browser buffers some 100 MB.  Remove what is far from the viewer, or wait until it was watched.
  async function makeRoom() {
    const from = video.currentTime - BEHIND_S, to = video.currentTime + AHEAD_S;
    const { buffered } = buffer;
    const start = buffered.length ? buffered.start(0) : 0;
    const end = buffered.length ? buffered.end(buffered.length - 1) : 0;
    if (start < from) buffer.remove(start, from);
    else if (end > to + 1) buffer.remove(to, end);
    else await wait(RETRY_MS);
    await updated();
  }

  async function append(bytes) {
    for (;;) {
      try {
        buffer.appendBuffer(bytes);
        break;
      } catch (error) {
        if (error.name !== 'QuotaExceededError') throw error;
        await makeRoom();
      }
    }
    await updated();
  }

  // A lost connection is retried without end; three error statuses in a row are final.
  async function bringBytes(url) {
    for (let refusals = 0; ;) {
      try {
        return await (await bring(url, { signal })).arrayBuffer();
      } catch (error) {
        signal.throwIfAborted();
        if (error.status && ++refusals === TRIES) throw error;
        await wait(RETRY_MS);
        signal.throwIfAborted();
      }
    }
  }

  // A browser may drop pieces at any time, so ask it what it holds.
  function nextPiece() {
    const now = video.currentTime;
    return list.pieces.find((piece) => piece.end > now + EDGE_S && piece.start < now + AHEAD_S
      && !covers(buffer.buffered, piece));
  }

  async function appendPiece({ url }) {
    tries.set(url, (tries.get(url) ?? 0) + 1);
    if (tries.get(url) > 10) throw new Error(`${url} holds less than its playlist says`);
    await append(await bringBytes(url));
  }

  function settle() {
    const { buffered } = buffer;
    const end = buffered.length ? buffered.end(buffered.length - 1) : 0;
    if (source.readyState !== 'open') return;
    if (list.isWhole && covers(buffered, list.pieces.at(-1))) source.endOfStream();
    else if (source.duration !== Math.max(length, end)) source.duration = Math.max(length, end);
  }

  async function run() {
    await happens(source, 'sourceopen');
    URL.revokeObjectURL(video.src);
    while (!list.init) await awake();
    signal.throwIfAborted();
    buffer = source.addSourceBuffer(mediaType(codecs));
    buffer.mode = 'segments';
    await append(await bringBytes(list.init));
    for (;;) {
      signal.throwIfAborted();
      settle();
      const piece = nextPiece();
      if (piece) await appendPiece(piece);
      else await awake();
    }
  }

  const read = followPlaylist(playlist, signal, {
    grew(now) {
      list = now;
      wake();
      grew();
    },
    gaveUp,
  });
  signal.addEventListener('abort', () => wake());
  for (const name of ['seeking', 'timeupdate']) video.addEventListener(name, () => wake(), { signal });
  video.src = URL.createObjectURL(source);
  run().catch(gaveUp);
  return { read, made, setLength(seconds) { length = seconds; wake(); } };
}

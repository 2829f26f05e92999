// screen.js - the picture: the video while it is made, then the final file, without a visible jump between them.

import { isCalm, show } from './dom.js';
import { handOver } from './hand-over.js';
import { canPlayLive, isIn, playLive } from './live-player.js';

const REPLAY_MS = 60; // in the replay of a finished job, `done` follows `playable` within this time

/**
 * Two <video> elements in one place: `live` plays pieces while they are made, `player` the final file.  Calls of `tell`:
 *   shown()        there is a picture now
 *   silenced(yes)  the browser allowed it only without sound
 *   changed()      made(), at() or isWaiting() may have changed
 *   ended()        `live` is gone; `player` is in its place, or nothing
 */
export function makeScreen({ live, player, tell }) {
  let session = null; // { playable, playback, timer, ending }
  let resume = null;  // the place where `live` gave up, for `player`

  const isShown = () => !live.hidden;

  async function start() {
    if (isCalm()) return;
    try {
      await live.play();
    } catch (error) {
      if (error.name !== 'NotAllowedError' || !session) return;
      live.muted = true; // without a press, browsers play only without sound
      await live.play().then(() => tell.silenced(true), () => { live.muted = false; });
    }
  }

  function begin() {
    const { playable, ending: { signal } } = session;
    if (!canPlayLive(live, playable)) return drop();
    live.muted = false;
    live.addEventListener('loadeddata', () => {
      show(true, live);
      tell.shown();
      start();
    }, { once: true, signal });
    for (const name of ['waiting', 'playing', 'seeking', 'seeked', 'timeupdate', 'canplay', 'progress']) {
      live.addEventListener(name, () => tell.changed(), { signal });
    }
    live.addEventListener('volumechange', () => { if (!live.muted) tell.silenced(false); }, { signal });
    session.playback = playLive(live, playable, { grew: () => tell.changed(), gaveUp });
    session.playback.setLength(playable.of ?? Infinity);
  }

  function gaveUp() {
    resume = { at: live.currentTime, isPlaying: !live.paused };
    drop();
    if (player.hasAttribute('src')) showFinal();
  }

  function drop() {
    if (!session) return;
    clearTimeout(session.timer);
    session.ending.abort();
    live.pause();
    session.playback?.free();
    session = null;
    show(false, live);
    tell.silenced(false);
    tell.ended();
  }

  function swap() {
    const hadFocus = live.getRootNode().activeElement === live;
    player.controls = true;
    drop();
    if (hadFocus) player.focus();
  }

  function showFinal() {
    player.volume = live.volume;
    if (resume?.at) {
      player.currentTime = resume.at;
      if (resume.isPlaying) player.play().catch(() => {});
    }
    player.controls = true;
  }

  return {
    isShown,
    at: () => live.currentTime,
    made: () => session?.playback?.made() ?? 0,

    /** The viewer waits at a place that is not made yet. */
    isWaiting() {
      return isShown() && live.readyState < HTMLMediaElement.HAVE_FUTURE_DATA && !live.ended
        && !isIn(live.buffered, live.currentTime + 0.2) && live.currentTime > this.made() - 0.2;
    },

    /** Plays `playable` from its first picture on.  A second call with the same playlist does nothing. */
    watch(playable) {
      if (session?.playable.playlist === playable.playlist) return;
      drop();
      session = { playable, playback: null, ending: new AbortController() };
      session.timer = setTimeout(begin, REPLAY_MS);
    },

    mayHaveGrown: () => session?.playback?.read(),

    /** Plays the final file, from the viewer's place on. */
    finish(src) {
      if (!isShown()) drop();
      player.controls = false;
      player.preload = 'auto';
      player.src = src;
      show(true, player);
      if (!session) return showFinal();
      session.playback.read();
      const { signal } = session.ending;
      player.addEventListener('error', gaveUpFinal, { once: true, signal });
      handOver(live, player, swap, signal).catch(() => {});
    },

    drop,

    /** Stops both players and all requests. */
    close() {
      drop();
      resume = null;
      player.pause();
      player.removeAttribute('src');
      player.removeAttribute('poster');
      player.load();
      show(false, player);
    },
  };

  // `live` plays on: all of the video is in its buffer or playlist.
  function gaveUpFinal() {
    show(false, player);
  }
}

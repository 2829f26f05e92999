// screen.js - the picture: the film while it is made, then the final one, and nobody sees where they meet.

import { isCalm, show } from './dom.js';
import { handOver } from './hand-over.js';
import { canPlayLive, isIn, playLive } from './live-player.js';

const REPLAY_MS = 60; // of a film that is made already, `done` comes right behind `playable`

/**
 * Two <video> elements in one place: `live` plays pieces while they are made, `player` the final file.  Tells
 *   shown()        there is a picture now
 *   silenced(yes)  it could only start without sound
 *   changed()      more was made, or the viewer is elsewhere: look at made(), at() and isWaiting()
 *   ended()        the live one is gone: the final one is in its place, or nothing
 */
export function makeScreen({ live, player, tell }) {
  let session = null; // { playable, film, timer, ending }
  let resume = null;  // where a live film was given up, for the final one

  const isShown = () => !live.hidden;

  async function start() {
    if (isCalm()) return;
    try {
      await live.play();
    } catch (error) {
      if (error.name !== 'NotAllowedError' || !session) return;
      live.muted = true; // it was not asked for by a press: better without sound than not at all
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
    session.film = playLive(live, playable, { grew: () => tell.changed(), gaveUp });
    session.film.setLength(playable.of ?? Infinity);
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
    session.film?.free();
    session = null;
    show(false, live);
    tell.silenced(false);
    tell.ended();
  }

  function swap() {
    const hadFocus = document.activeElement === live;
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
    made: () => session?.film?.made() ?? 0,

    /** Stands at a place that is not made yet. */
    isWaiting() {
      return isShown() && live.readyState < HTMLMediaElement.HAVE_FUTURE_DATA && !live.ended
        && !isIn(live.buffered, live.currentTime + 0.2) && live.currentTime > this.made() - 0.2;
    },

    /** Plays `playable` when there is a first picture of it; heard again, it is the same. */
    watch(playable) {
      if (session?.playable.playlist === playable.playlist) return;
      drop();
      session = { playable, film: null, ending: new AbortController() };
      session.timer = setTimeout(begin, REPLAY_MS);
    },

    mayHaveGrown: () => session?.film?.read(),

    /** From now on the final file, from where the viewer is. */
    finish(src) {
      if (!isShown()) drop();
      player.controls = false;
      player.preload = 'auto';
      player.src = src;
      show(true, player);
      if (!session) return showFinal();
      session.film.read();
      const { signal } = session.ending;
      player.addEventListener('error', gaveUpFinal, { once: true, signal });
      handOver(live, player, swap, signal).catch(() => {});
    },

    drop,

    /** Nothing is played, nothing is kept, nothing more is asked of the server. */
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

  // The film goes on as it is: all of it is there.
  function gaveUpFinal() {
    show(false, player);
  }
}

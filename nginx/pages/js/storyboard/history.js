// history.js - undo and redo: the stories before and after the one that is shown.

const MOST = 200;
const PAUSE_MS = 1500; // typing goes on until a pause as long

/** `now()` tells ms.  The steps are whole stories, which share what they have in common. */
export function makeHistory(first, now = () => Date.now()) {
  let past = [], future = [], story = first, last = null;

  return {
    story: () => story,
    canUndo: () => past.length > 0,
    canRedo: () => future.length > 0,

    /** Changes with the same `what` (a field of a scene) that follow one another without a pause are one step. */
    change(next, what = null) {
      const goesOn = what !== null && last?.what === what && now() - last.ms < PAUSE_MS;
      if (!goesOn) past = [...past.slice(1 - MOST), story];
      last = { what, ms: now() };
      future = [];
      story = next;
    },

    undo() {
      if (!past.length) return false;
      future = [story, ...future];
      story = past.at(-1);
      past = past.slice(0, -1);
      last = null;
      return true;
    },

    redo() {
      if (!future.length) return false;
      past = [...past, story];
      [story, ...future] = future;
      last = null;
      return true;
    },

    /** What another editor has changed goes into every step, so that no undo takes it back: `into(story)` does so. */
    rebase(into) {
      past = past.map(into);
      future = future.map(into);
      story = into(story);
      last = null;
    },
  };
}

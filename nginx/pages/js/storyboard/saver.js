// saver.js - keeps the case on the server as the story is here: one request at a time, each with the tag of what was
// read; what could not be sent is sent again.

const SOON_MS = 600;                           // after a change
const AGAIN_MS = [1000, 2000, 4000, 8000, 15_000];

/**
 * `write(story, etag)` resolves with { etag }, and rejects with an error that has a `status` (0: no connection).
 * `meet(etag)` is called after a 412: it takes in what another has written, and resolves with { story, etag, isClear };
 * unless it is clear, nothing is sent until resume().  `tell(state, error)` is called at each change of the state:
 *
 *     saved      the server has the newest story
 *     waiting    it will be sent in a moment
 *     saving     it is being sent
 *     lost       the server can't be reached; it is tried again
 *     conflict   a person must choose
 *     refused    the server takes it from nobody (403, 405), or finds mistakes in it (422)
 *
 * `later(call, ms)` and `forget(timer)` are setTimeout and clearTimeout.
 */
export function makeSaver({ write, meet, tell, later = setTimeout, forget = clearTimeout }) {
  let etag = null, newest = null, known = null, state = 'saved', fault = null;
  let timer, isBusy = false, failures = 0, hopes = [];

  function become(next, error = null) {
    state = next;
    fault = error;
    tell(next, error);
    if (['saved', 'refused', 'conflict'].includes(next)) {
      const settled = hopes;
      hopes = [];
      for (const { yes, no } of settled) (next === 'saved' ? yes : no)(error);
    }
  }

  function soon(ms) {
    forget(timer);
    timer = later(send, ms);
  }

  async function meetOthers() {
    const met = await meet(etag);
    etag = met.etag;
    newest = met.story;
    if (met.isClear) return soon(0);
    return become('conflict');
  }

  function fail(error) {
    if ([0, 429, 500, 502, 503, 504].includes(error.status)) {
      become('lost', error);
      soon(AGAIN_MS[Math.min(failures++, AGAIN_MS.length - 1)]);
    } else {
      become('refused', error);
    }
  }

  async function send() {
    forget(timer);
    if (isBusy || state === 'conflict') return;
    const story = newest;
    if (story === known) return become('saved');
    isBusy = true;
    become('saving');
    try {
      ({ etag } = await write(story, etag));
      known = story;
      failures = 0;
      isBusy = false;
      if (newest === known) become('saved');
      else send();
    } catch (error) {
      isBusy = false;
      if (error.status === 412) await meetOthers().catch(fail);
      else fail(error);
    }
  }

  return {
    state: () => state,
    fault: () => fault,

    /** The server has `story` under `tag`; null: there is no case yet. */
    begin(story, tag) {
      known = newest = story;
      etag = tag;
    },

    /** This is the newest story. */
    put(story) {
      newest = story;
      if (story === known && !isBusy) return;
      if (state === 'conflict' || isBusy) return;
      if (state !== 'lost') become('waiting');
      soon(state === 'lost' ? AGAIN_MS[0] : SOON_MS);
    },

    /** Tries at once: the connection is back, or a key was given. */
    again() {
      failures = 0;
      if (state !== 'conflict' && newest !== known) send();
    },

    /** The person has chosen; `story` has what he chose. */
    resume(story) {
      newest = story;
      state = 'waiting';
      send();
    },

    /** Resolves when the newest story is on the server; rejects if that can't be. */
    flush() {
      if (newest === known && !isBusy) return Promise.resolve();
      return new Promise((yes, no) => {
        hopes.push({ yes, no: (error) => no(error ?? new Error('Somebody else changed the same: choose first.')) });
        if (state === 'conflict') become('conflict');
        else send();
      });
    },
  };
}

// newest.js - one picture at a time: the newest wish ends the older one, and the small pictures wait until it is there.

const AGAIN_MS = 800; // the server was busy

/**
 * `draw(wish, signal)` fetches and shows one, and rejects with an error; `fail(wish, error)` hears of it, unless another
 * wish has ended it.  Returns { now(wish), behind(wishes) }: behind() replaces all wishes that wait.
 */
export function makeNewest({ draw, fail, later = setTimeout }) {
  let waiting = [], running = null;

  async function run(wish, isFirst) {
    const control = new AbortController();
    const mine = { wish, isFirst, control };
    running = mine;
    try {
      await draw(wish, control.signal);
    } catch (error) {
      if (control.signal.aborted) return;
      if (error.status === 503 || error.status === 429) {
        later(() => { if (running === mine) begin(wish, isFirst); }, AGAIN_MS);
        return;
      }
      fail(wish, error);
    }
    if (running !== mine) return;
    running = null;
    next();
  }

  function begin(wish, isFirst) {
    running?.control.abort();
    run(wish, isFirst);
  }

  function next() {
    if (!running && waiting.length) run(waiting.shift(), false);
  }

  return {
    now(wish) {
      if (running && !running.isFirst) waiting.unshift(running.wish);
      begin(wish, true);
    },
    behind(wishes) {
      if (running && !running.isFirst) running.control.abort();
      if (running && !running.isFirst) running = null;
      waiting = wishes;
      next();
    },
  };
}

// live.js - what happens to the jobs that the page shows: one stream for all of them.

import { base } from '../api.js';

const NAMES = ['job', 'progress', 'end'];
const REOPEN_MS = 300; // after a change of the jobs shown
const RETRY_MS = 4000; // after a stream that was refused

/**
 * Calls `tell(name, job, data)` for the events of the jobs that watch(ids) named last, at most 100.  A lost connection
 * comes back by itself; a job that was forgotten meanwhile refuses the stream, until watch() no longer names it.
 */
export function makeLive(tell) {
  let ids = [], source = null, timer;

  function open() {
    source?.close();
    source = null;
    if (!ids.length) return;
    const query = new URLSearchParams([['from', 'latest'], ...ids.map((id) => ['id', id])]);
    source = new EventSource(`${base}/api/operators/events?${query}`);
    for (const name of NAMES) {
      source.addEventListener(name, (event) => {
        const { job, data } = JSON.parse(event.data);
        tell(name, job, data);
      });
    }
    source.addEventListener('complete', () => source.close());
    source.onerror = () => { if (source.readyState === EventSource.CLOSED) soon(RETRY_MS); };
  }

  function soon(ms) {
    clearTimeout(timer);
    timer = setTimeout(open, ms);
  }

  return {
    watch(wanted) {
      if (wanted.length === ids.length && wanted.every((id) => ids.includes(id))) return;
      ids = wanted.slice(0, 100);
      soon(REOPEN_MS);
    },
  };
}

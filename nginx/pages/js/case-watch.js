// case-watch.js - the list of cases, kept up to date: what other tabs and other people make shows here, too.

import { listCases } from './api.js';

const BUSY_MS = 2500;   // while something is made
const QUIET_MS = 15000; // while nothing is
const MOST_MS = 60000;  // between tries while the server can't be reached
const LEAST_MS = 300;   // between two askings, whatever happens

/**
 * Calls `tell(items)` with the list of GET /api/cases, now and whenever it may have changed: at an even pace while the
 * page is seen, at once when it is seen again or another tab says so; `fail(error)` when it can't be had.  Returns
 * { soon(), say() }: soon() asks at once, say() tells the other tabs to.
 */
export function watchCases({ tell, fail }) {
  const others = globalThis.BroadcastChannel ? new BroadcastChannel('casecast') : null;
  let timer, last = -Infinity, failures = 0, isAsking = false, isStale = false;

  function wait(ms) {
    clearTimeout(timer);
    if (!document.hidden) timer = setTimeout(ask, ms);
  }

  async function ask() {
    clearTimeout(timer);
    if (isAsking) return;
    isAsking = true;
    isStale = false;
    last = performance.now();
    try {
      const items = await listCases();
      failures = 0;
      isAsking = false;
      if (isStale) return soon();
      tell(items);
      wait(items.some(({ job }) => job) ? BUSY_MS : QUIET_MS);
    } catch (error) {
      failures++;
      isAsking = false;
      fail(error);
      wait(Math.min(MOST_MS, BUSY_MS * 2 ** failures));
    }
  }

  // An answer that is on its way may be older than what made us ask.
  function soon() {
    isStale = true;
    wait(Math.max(0, last + LEAST_MS - performance.now()));
  }

  for (const name of ['focus', 'online', 'pageshow']) addEventListener(name, soon);
  document.addEventListener('visibilitychange', () => (document.hidden ? clearTimeout(timer) : soon()));
  others?.addEventListener('message', soon);
  ask();
  return { soon, say: () => others?.postMessage('changed') };
}

// case-watch.js - keeps the list of cases up to date, also with the jobs of other tabs and other viewers.

import { listCases } from './api.js';

const BUSY_MS = 2500;   // between requests while a job is live
const QUIET_MS = 15000; // … while none is
const MOST_MS = 60000;  // … at most, while the server can't be reached
const LEAST_MS = 300;   // … at least

/**
 * Calls `tell(items)` with the list of GET /api/cases: now, regularly while the page is visible, and at once when the
 * page becomes visible or another tab asks for it.  Calls `fail(error)` when a request fails.  Returns
 * { soon(), say() }: soon() requests the list at once, say() makes the other tabs do so.
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

  // An answer that is under way may be older than the change, so it is requested again.
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

// list.js - the jobs of one state, a page at a time.

import { byId, show } from '../dom.js';
import { readJobs } from './api.js';
import { makeRow } from './row.js';

/**
 * Fills the section `id`.  `query` is that of readJobs(), `none` the text of an empty list.  Rows call act(); moved()
 * is called when another page is there.  Returns { read(), setCount(n), rows(), find(id), go(what) }.
 */
export function makeList({ id, title, query, none, act, moved }) {
  const section = byId(id);
  section.append(byId('list').content.cloneNode(true));
  const [heading, pager, first, next, note, list] =
    ['h2', '.pager', '.first', '.next', '.none', '.rows'].map((which) => section.querySelector(which));
  const rows = new Map(); // by job id, in the order shown
  let after = null, following = null, count = null, reads = 0;

  function paintHead() {
    const isWhole = !after && !following;
    heading.textContent = count === null ? title : `${title}: ${count}`;
    show(!isWhole, pager);
    first.disabled = !after;
    next.disabled = !following;
  }

  // An element that is moved loses the focus.
  function place(jobs) {
    const focused = document.activeElement;
    for (const [key, row] of rows) {
      if (jobs.some((job) => job.id === key)) continue;
      row.element.remove();
      rows.delete(key);
    }
    jobs.forEach((job, i) => {
      if (rows.has(job.id)) rows.get(job.id).update(job);
      else rows.set(job.id, makeRow(job, act));
      const { element } = rows.get(job.id);
      if (list.children[i] !== element) list.insertBefore(element, list.children[i] ?? null);
    });
    if (focused !== document.activeElement && focused.isConnected) focused.focus({ preventScroll: true });
  }

  // A page that emptied behind the first one is left.
  async function read() {
    const mine = ++reads;
    const page = await readJobs(query, after);
    if (mine !== reads) return undefined;
    if (!page.jobs.length && after) {
      after = null;
      return read();
    }
    following = page.next;
    place(page.jobs);
    note.textContent = page.jobs.length ? '' : none;
    paintHead();
    return undefined;
  }

  async function turn(to) {
    after = to;
    await read().catch(() => {});
    moved();
  }

  heading.id = `${id}-title`;
  pager.setAttribute('aria-label', `Pages of ${title.toLowerCase()}`);
  first.addEventListener('click', () => turn(null));
  next.addEventListener('click', () => turn(following));
  paintHead();

  return {
    read,
    setCount(n) {
      count = n;
      paintHead();
    },
    rows: () => [...list.children].map((element) => [...rows.values()].find((row) => row.element === element)),
    find: (job) => rows.get(job),
    go(what) {
      if (what === 'next' && following) turn(following);
      if (what === 'first' && after) turn(null);
    },
  };
}

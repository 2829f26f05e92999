// keys.js - from job to job by keyboard.  Only the current row can be reached with Tab.

import { byId } from '../dom.js';

const STEPS = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 };
const PRESSES = { c: 'cancel', r: 'retry', '+': 'raise', '=': 'raise', '-': 'lower' };
const PAGES = { n: 'next', p: 'first' };

/**
 * `lists` are those of list.js, from top to bottom; say(text) tells a screen reader.  Returns { keep() }, to be called
 * when rows came or went: the focus of a row that is gone goes to its neighbour.
 */
export function makeKeys(lists, say) {
  const toggle = byId('keys');
  let current = null, place = 0, hadFocus = false;

  const all = () => lists.flatMap((list) => list.rows());
  const isOn = () => toggle.getAttribute('aria-pressed') === 'true';
  const focused = () => all().find((row) => row.element.contains(document.activeElement));

  function choose(row) {
    if (row === current) return;
    current?.setCurrent(false);
    current = row ?? null;
    current?.setCurrent(true);
  }

  function keep() {
    const rows = all();
    const isThere = current && rows.includes(current);
    if (!isThere) choose(rows[Math.min(place, rows.length - 1)]);
    if (!isThere && hadFocus && document.activeElement === document.body) current?.article.focus({ preventScroll: true });
    place = Math.max(0, rows.indexOf(current));
  }

  function step(by) {
    const rows = all();
    const from = focused() ? rows.indexOf(focused()) + by : rows.indexOf(current);
    const row = rows[Math.max(0, Math.min(rows.length - 1, from))];
    if (!row) return;
    choose(row);
    row.article.focus({ preventScroll: true });
    row.element.scrollIntoView({ block: 'nearest' });
    keep();
  }

  function useRow(row, key) {
    if (PRESSES[key]) say(row.press(PRESSES[key]));
    else if (PAGES[key]) lists.find((list) => list.rows().includes(row)).go(PAGES[key]);
    else if (/^[0-9]$/.test(key)) row.setPriority(Number(key));
    else return false;
    return true;
  }

  // The arrows scroll the page while no row has the focus.
  function press(event) {
    const { key } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || !isOn()) return;
    const row = focused();
    const isStep = key in STEPS && (row || key.length === 1);
    if (isStep) step(STEPS[key]);
    if (isStep || (row && useRow(row, key))) event.preventDefault();
  }

  toggle.addEventListener('click', () => {
    toggle.setAttribute('aria-pressed', String(!isOn()));
    byId('keys-text').classList.toggle('off', !isOn());
  });
  document.addEventListener('focusin', () => {
    const row = focused();
    hadFocus = Boolean(row);
    if (row) choose(row);
    place = Math.max(0, all().indexOf(current));
  });
  document.addEventListener('keydown', press);
  return { keep };
}

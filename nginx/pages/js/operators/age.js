// age.js - times as "3 min ago", with the exact time where a pointer rests.

import { make } from '../dom.js';

const UNITS = [[86_400_000, 'd'], [3_600_000, 'h'], [60_000, 'min'], [1000, 's']];

/** 200000: "3 min"; less than a second: "". */
export function span(ms) {
  const [size, unit] = UNITS.find(([least]) => ms >= least) ?? [];
  return size ? `${Math.floor(ms / size)} ${unit}` : '';
}

/** "3 min ago"; a clock that is ahead of this one counts as now. */
export const ago = (ms, now = Date.now()) => (span(now - ms) ? `${span(now - ms)} ago` : 'just now');

/** A <time> for `ms`, a time since 1970; `words` come before it.  updateAges() keeps it true. */
export function makeAge(words, ms) {
  const when = new Date(ms);
  const time = make('time', { dateTime: when.toISOString(), title: when.toLocaleString(), textContent: ago(ms) });
  time.dataset.ms = ms;
  return make('span', {}, `${words} `, time);
}

export function updateAges() {
  for (const time of document.querySelectorAll('time[data-ms]')) {
    const text = ago(Number(time.dataset.ms));
    if (time.textContent !== text) time.textContent = text;
  }
}

// drag.js - a list that is ordered by dragging a grip, with a pointer or a finger.

import { scrolling } from '../dom.js';

const EDGE_PX = 70; // near the edges of the window the page scrolls

/**
 * Dragging `grip` moves `item` among the children of `list`; at the end moved(index) is called with its new place, and
 * not if it is the old one.  The page paints the list anew after that.
 */
export function makeDraggable({ list, item, grip, moved }) {
  const placeOf = () => [...list.children].indexOf(item);
  let from = 0;

  function follow(event) {
    const over = [...list.children].find((other) => {
      const box = other.getBoundingClientRect();
      return other !== item && event.clientY > box.top && event.clientY < box.bottom;
    });
    if (over) {
      const box = over.getBoundingClientRect();
      const isBelow = event.clientY > box.top + box.height / 2;
      const isAfter = placeOf() < [...list.children].indexOf(over);
      if (isBelow && isAfter) over.after(item);
      if (!isBelow && !isAfter) over.before(item);
    }
    if (event.clientY < EDGE_PX) scrollBy({ top: -EDGE_PX / 4, behavior: scrolling() });
    if (event.clientY > innerHeight - EDGE_PX) scrollBy({ top: EDGE_PX / 4, behavior: scrolling() });
  }

  function end(isMeant) {
    const [was, now] = [from, placeOf()];
    item.classList.remove('dragged');
    if (!isMeant) list.insertBefore(item, list.children[was > now ? was + 1 : was] ?? null);
    else if (was !== now) moved(now);
  }

  // The grip moves with its item, which ends a capture of the pointer: so the window listens.
  grip.addEventListener('pointerdown', (event) => {
    if (event.button) return;
    event.preventDefault();
    grip.focus();
    from = placeOf();
    item.classList.add('dragged');
    const over = new AbortController();
    const finish = (isMeant) => () => { over.abort(); end(isMeant); };
    addEventListener('pointermove', follow, { signal: over.signal });
    addEventListener('pointerup', finish(true), { signal: over.signal });
    addEventListener('pointercancel', finish(false), { signal: over.signal });
    addEventListener('keydown', (press) => { if (press.key === 'Escape') finish(false)(); }, { signal: over.signal });
  });
}

// dom.js - making elements.  Text goes in as text; nothing here ever parses markup.

/** The element with that id. */
export const byId = (id) => document.getElementById(id);

/** A new element with properties (`className`, `textContent`, `src`, …) and children. */
export function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

/** Show these when `yes`, hide them otherwise. */
export function show(yes, ...elements) {
  for (const element of elements) element.hidden = !yes;
}

const calm = matchMedia('(prefers-reduced-motion: reduce)');

/** Has the viewer asked for less motion?  Then nothing moves or plays that they did not start. */
export const isCalm = () => calm.matches;

/** How to scroll there. */
export const scrolling = () => (isCalm() ? 'auto' : 'smooth');

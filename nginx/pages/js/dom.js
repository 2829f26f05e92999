// dom.js - makes elements.  Text stays text; nothing parses markup.

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

/** The viewer prefers reduced motion: nothing moves or plays by itself. */
export const isCalm = () => calm.matches;

/** The `behavior` of a scroll. */
export const scrolling = () => (isCalm() ? 'auto' : 'smooth');

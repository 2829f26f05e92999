// shims.mjs - what @microsoft/fetch-event-source takes from a browser: `window` for fetch and timers, `document` for
// the tab that goes hidden and comes back.

globalThis.window = globalThis;
globalThis.document = Object.assign(new EventTarget(), { hidden: false });

export function setHidden(isHidden) {
  document.hidden = isHidden;
  document.dispatchEvent(new Event('visibilitychange'));
}

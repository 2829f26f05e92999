// shims.mjs - the browser's objects that @microsoft/fetch-event-source uses: `window` for fetch and timers, `document`
// for a tab that is hidden and shown again.

globalThis.window = globalThis;
globalThis.document = Object.assign(new EventTarget(), { hidden: false });

export function setHidden(isHidden) {
  document.hidden = isHidden;
  document.dispatchEvent(new Event('visibilitychange'));
}

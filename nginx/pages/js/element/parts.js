// parts.js - what is in the shadow of a <casecast-video>, and how it looks.  The page styles it by ::part() and by
// --casecast-accent.

import { make } from '../dom.js';

const STYLE = `
:host { display: block; position: relative; color: #e9eaf0; background: #0a0b0f; border-radius: 12px; overflow: hidden; font: 16px/1.45 system-ui, sans-serif; }
:host([hidden]), [hidden] { display: none !important; }
* { box-sizing: border-box; }
.screen { position: relative; display: grid; aspect-ratio: var(--casecast-shape, 16 / 9); max-height: 90vh; margin-inline: auto; }
.screen > * { grid-area: 1 / 1; min-width: 0; min-height: 0; }
video, .still { width: 100%; height: 100%; object-fit: contain; background: #000; }
.cover { position: relative; display: grid; }
.cover > * { grid-area: 1 / 1; }
.missing { visibility: hidden; }
.title { align-self: start; margin: 0; padding: 14px 18px 40px; font-weight: 600; color: #fff; background: linear-gradient(rgb(0 0 0 / 70%), transparent); }
button { align-self: center; justify-self: center; z-index: 1; min-height: 44px; padding: 10px 22px; border: 0; border-radius: 999px; color: #1a1204; background: var(--casecast-accent, #ffb347); font: 600 1em/1.2 inherit; font-family: inherit; cursor: pointer; }
button:focus-visible, input:focus-visible, video:focus-visible { outline: 3px solid var(--casecast-accent, #ffb347); outline-offset: 2px; }
.sound { align-self: start; margin-top: 14px; }
.wait { align-self: center; justify-self: center; z-index: 1; margin: 0; padding: 8px 18px; border-radius: 999px; background: rgb(10 11 15 / 82%); pointer-events: none; }
progress { display: block; appearance: none; width: 100%; height: 5px; border: 0; background: #2b2e3a; }
progress::-webkit-progress-bar { background: #2b2e3a; }
progress::-webkit-progress-value { background: var(--casecast-accent, #ffb347); }
progress::-moz-progress-bar { background: var(--casecast-accent, #ffb347); }
progress:indeterminate { background: linear-gradient(90deg, #2b2e3a 30%, var(--casecast-accent, #ffb347) 50%, #2b2e3a 70%) 0 0 / 250% 100%; animation: seek 1.8s linear infinite; }
progress:indeterminate::-webkit-progress-bar { background: none; }
@keyframes seek { from { background-position: 125% 0; } to { background-position: -125% 0; } }
.status { margin: 0; padding: 8px 14px 10px; font-size: .9em; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
.reel { position: relative; font-size: .88em; font-variant-numeric: tabular-nums; }
.reel-bar { position: relative; height: 5px; background: linear-gradient(90deg, var(--casecast-accent, #ffb347) calc(var(--at, 0) * 100%), #2b2e3a 0); }
.at { position: absolute; inset: -14px 0 -8px; width: 100%; height: 27px; margin: 0; opacity: 0; cursor: pointer; }
.at:focus-visible { opacity: 1; accent-color: var(--casecast-accent, #ffb347); }
.marks { position: absolute; inset: 0; pointer-events: none; }
.marks i { position: absolute; inset-block: 0; width: 2px; background: #0a0b0f; transform: translateX(-50%); }
.preview { position: absolute; bottom: calc(100% + 10px); z-index: 2; overflow: hidden; max-width: calc(100% - 12px); border: 1px solid rgb(255 255 255 / 30%); border-radius: 8px; background: #0a0b0f; transform: translateX(-50%); pointer-events: none; }
.picture { margin-inline: auto; background-repeat: no-repeat; }
.preview p { margin: 0; padding: 2px 8px 4px; max-width: 14em; overflow: hidden; text-align: center; text-overflow: ellipsis; white-space: nowrap; }
.about { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 16px; margin: 0; padding: 7px 14px 9px; }
@media (prefers-reduced-motion: reduce) { * { animation: none !important; } }
@media (forced-colors: active) { :host { border: 1px solid CanvasText; } progress, .reel-bar { forced-color-adjust: none; outline: 1px solid CanvasText; } }
`;

const part = (tag, name, properties = {}, ...children) => {
  const element = make(tag, { className: name, ...properties }, ...children);
  element.setAttribute('part', name);
  return element;
};

const video = (name, properties) => part('video', name, { controls: true, playsInline: true, crossOrigin: 'anonymous', hidden: true, ...properties });

/** Fills the shadow `root`; returns its elements by their names. */
export function build(root) {
  const style = new CSSStyleSheet();
  const at = part('input', 'at', { type: 'range', min: '0', step: '0.1', value: '0', ariaLabel: 'Place in the video' });
  const parts = {
    at,
    still: part('img', 'still', { alt: '', hidden: true }),
    title: part('p', 'title', { dir: 'auto' }),
    player: video('player', { preload: 'metadata' }),
    live: video('live', {}),
    make: part('button', 'make', { type: 'button', textContent: 'Create video', hidden: true }),
    sound: part('button', 'sound', { type: 'button', textContent: 'Turn the sound on', hidden: true }),
    wait: part('p', 'wait', { hidden: true }),
    bar: part('progress', 'bar', { max: 100, ariaLabel: 'Progress of the video', hidden: true }),
    status: part('p', 'status', { hidden: true }),
    marks: part('div', 'marks'),
    picture: part('div', 'picture'),
    when: make('p', { dir: 'auto' }),
    chapter: make('span', { dir: 'auto' }),
    time: make('span'),
  };
  parts.cover = part('div', 'cover', {}, parts.still, parts.title);
  parts.screen = part('div', 'screen', {}, parts.cover, parts.player, parts.live, parts.make, parts.sound, parts.wait);
  parts.preview = part('div', 'preview', { ariaHidden: 'true', hidden: true }, parts.picture, parts.when);
  parts.reel = part('div', 'reel', { hidden: true }, parts.preview,
    make('div', { className: 'reel-bar' }, parts.marks, at), part('p', 'about', {}, parts.chapter, parts.time));
  parts.status.setAttribute('role', 'status');
  style.replaceSync(STYLE);
  root.adoptedStyleSheets = [style];
  root.append(parts.screen, parts.bar, parts.reel, parts.status);
  return parts;
}

// stage.js - the large still, and the small ones below it: the whole film, by time.

import { byId, make, show } from '../dom.js';
import { clock } from '../text.js';

const WIDTH_MAX = 1280;

export const screen = byId('still');
const [at, strip, time, note] = ['at', 'film', 'at-time', 'still-note'].map(byId);
let plan = null;

/** Pixels that the still has use for. */
export const stillWidth = () =>
  Math.min(WIDTH_MAX, Math.max(320, Math.ceil(screen.parentElement.clientWidth * Math.min(2, devicePixelRatio) / 160) * 160));

/** Shows a JPEG on a canvas.  The page's policy lets no <img> show what was fetched by POST. */
export async function paintOn(canvas, blob, signal) {
  const bitmap = await createImageBitmap(blob);
  if (!signal?.aborted) {
    if (canvas.width !== bitmap.width || canvas.height !== bitmap.height) {
      [canvas.width, canvas.height] = [bitmap.width, bitmap.height];
    }
    canvas.getContext('2d').drawImage(bitmap, 0, 0);
    canvas.classList.add('painted');
  }
  bitmap.close();
}

export function sayOnStill(text) {
  note.textContent = text;
  show(Boolean(text), note);
}

const sceneAt = (seconds) => {
  const after = plan.scenes.findIndex(({ start }) => start > seconds + 0.001);
  return after < 0 ? plan.scenes.length - 1 : Math.max(0, after - 1);
};

function paintTime() {
  const seconds = Number(at.value);
  const scene = plan ? sceneAt(seconds) : 0;
  time.textContent = plan ? `${clock(seconds)} / ${clock(plan.seconds)}` : '';
  at.setAttribute('aria-valuetext', plan ? `${clock(seconds)} of ${clock(plan.seconds)}, scene ${scene + 1}` : 'no film yet');
  at.style.setProperty('--at', plan ? seconds / plan.seconds : 0);
}

/** The plan of the film as it is now; null: there are no scenes. */
export function setPlan(next) {
  plan = next;
  at.disabled = !plan;
  if (plan) at.max = plan.seconds;
  if (plan) for (const [i, part] of [...strip.children].entries()) part.style.flexGrow = plan.scenes[i]?.seconds ?? 1;
  paintTime();
}

export const thePlan = () => plan;

/** The middle of the scene at `index`, where the slider goes. */
export function moveTo(index, share = 0.5) {
  const scene = plan?.scenes[index];
  if (!scene) return;
  at.value = scene.start + scene.seconds * share;
  paintTime();
}

/** One small canvas for each of these keys, in their order; returns them by key. */
export function setStrip(keys) {
  const old = new Map([...strip.children].map((part) => [part.dataset.key, part]));
  const parts = keys.map((key) => old.get(key) ?? make('canvas', {}));
  parts.forEach((part, i) => { part.dataset.key = keys[i]; });
  strip.replaceChildren(...parts);
  return new Map(parts.map((part) => [part.dataset.key, part]));
}

export function markStrip(key) {
  for (const part of strip.children) part.classList.toggle('selected', part.dataset.key === key);
}

/** Calls seek(seconds, index of the scene) while a person moves the slider. */
export function onSeek(seek) {
  at.addEventListener('input', () => {
    paintTime();
    if (plan) seek(Math.min(Number(at.value), plan.seconds), sceneAt(Number(at.value)));
  });
}

// card.js - a scene in the list: its words in place, its order, and what else may be chosen for it.

import { byId } from '../dom.js';
import { SCENE } from './choices.js';
import { makeDraggable } from './drag.js';
import { makeLine, makeSelect, makeText } from './fields.js';
import { MOST } from './story.js';

const PARTS = ['h2', '.grip', '.thumb', '.thumb canvas', '.thumb-length', '.words', '.choices', '.up', '.down', '.remove', '.fault'];

function makeFields(change) {
  const texts = {
    caption: makeText({ label: 'Caption', most: MOST.caption, placeholder: 'Shown on the picture' }, (value) => change('caption', value)),
    narration: makeText({ label: 'Narration', most: MOST.narration, placeholder: 'Spoken by the voice', isSpoken: true },
      (value) => change('narration', value)),
  };
  const choices = Object.fromEntries(Object.entries(SCENE)
    .map(([field, list]) => [field, makeSelect(list, (value) => change(field, value))]));
  choices.seconds = makeLine({ label: 'At least, seconds', type: 'number', min: 0.5, max: 600, step: 0.1, placeholder: 'as the voice' },
    (value) => change('seconds', value));
  choices.credit = makeLine({ label: 'Credit', maxLength: MOST.credit, placeholder: 'Photo: …' }, (value) => change('credit', value));
  return { texts, choices };
}

/**
 * A card for the scene with this key.  Calls on.change(key, field, value), on.select(key), on.move(key, index, from) and
 * on.remove(key).  Returns { element, thumb, update(scene, i, n), setLength(seconds), setFault(text), setSelected(yes),
 * focus(what) }.
 */
export function makeSceneCard(key, list, on) {
  const element = byId('scene').content.cloneNode(true).firstElementChild;
  const [title, grip, thumb, canvas, length, words, more, up, down, remove, fault] = PARTS.map((which) => element.querySelector(which));
  const { texts, choices } = makeFields((field, value) => on.change(key, field, value));
  let place = 0;

  const nameThumb = () =>
    thumb.setAttribute('aria-label', [`Show scene ${place + 1}`, length.textContent].filter(Boolean).join(', '));

  words.append(...Object.values(texts).map((text) => text.element));
  more.append(...Object.values(choices).map((choice) => choice.element));
  thumb.addEventListener('click', () => on.select(key));
  element.addEventListener('focusin', () => on.select(key));
  up.addEventListener('click', () => on.move(key, place - 1, up));
  down.addEventListener('click', () => on.move(key, place + 1, down));
  remove.addEventListener('click', () => on.remove(key));
  grip.addEventListener('keydown', (event) => {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    on.move(key, place + step, grip);
  });
  makeDraggable({ list, item: element, grip, moved: (index) => on.move(key, index, grip) });

  return {
    element,
    thumb: canvas,
    more,
    update(scene, i, n) {
      place = i;
      const name = `Scene ${i + 1}`;
      title.textContent = name;
      element.setAttribute('aria-label', `${name} of ${n}`);
      nameThumb();
      grip.setAttribute('aria-label', `Move ${name.toLowerCase()} with the arrow keys`);
      for (const [button, what] of [[up, 'Move up'], [down, 'Move down'], [remove, 'Remove']]) {
        button.setAttribute('aria-label', `${what}: ${name.toLowerCase()}`);
      }
      up.disabled = i === 0;
      down.disabled = i === n - 1;
      for (const [field, control] of [...Object.entries(texts), ...Object.entries(choices)]) control.update(scene[field]);
    },
    setLength(seconds) {
      length.textContent = seconds ? `${seconds.toFixed(1)} s` : '';
      nameThumb();
    },
    setFault(text) {
      fault.textContent = text;
      fault.hidden = !text;
    },
    setSelected(yes) {
      element.classList.toggle('selected', yes);
      if (yes) thumb.setAttribute('aria-current', 'true');
      else thumb.removeAttribute('aria-current');
    },
    focus(what = 'caption') { (what === 'caption' ? texts.caption.input : what).focus({ preventScroll: what !== 'caption' }); },
  };
}

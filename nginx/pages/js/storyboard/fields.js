// fields.js - the controls of a story's fields.  Each shows a value without disturbing a person who types in it.

import { make } from '../dom.js';
import { count } from '../text.js';
import { spokenSeconds } from './story.js';

let made = 0;
const nextId = () => `field-${++made}`;

function labelled(label, control, ...more) {
  control.id = nextId();
  return make('div', { className: 'field' },
    make('div', { className: 'field-head' }, make('label', { htmlFor: control.id, textContent: label }), ...more), control);
}

/** A list of `values`, as choices.js has them.  Calls change(value); '' is told as undefined. */
export function makeSelect({ label, values }, change) {
  const select = make('select', {}, ...values.map(([value, text]) => make('option', { value: String(value), textContent: text })));
  select.addEventListener('change', () => change(values[select.selectedIndex][0] === '' ? undefined : values[select.selectedIndex][0]));
  return {
    element: labelled(label, select),
    update(value) {
      select.value = String(value ?? '');
      if (select.selectedIndex < 0) select.value = '';
    },
  };
}

/** One line of text, or a number. */
export function makeLine({ label, ...properties }, change) {
  const input = make('input', properties);
  const isNumber = properties.type === 'number';
  const read = () => (isNumber && input.value !== '' ? Number(input.value) : input.value.trim() || undefined);
  input.addEventListener('input', () => { if (input.validity.valid) change(read()); });
  return {
    element: labelled(label, input),
    input,
    update(value) {
      if (read() !== value) input.value = value ?? '';
    },
  };
}

/** A text of several lines, with its live length: in characters, and as `isSpoken` in seconds. */
export function makeText({ label, most, placeholder, isSpoken = false }, change) {
  const size = make('span', { className: 'size', id: nextId() });
  const text = make('textarea', { rows: isSpoken ? 2 : 1, maxLength: most, placeholder, dir: 'auto' });
  text.setAttribute('aria-describedby', size.id);

  function paint() {
    const length = [...text.value].length;
    const seconds = Math.round(spokenSeconds(text.value));
    const words = length ? count(length, 'character') : '';
    size.textContent = isSpoken && length ? `${words} · about ${Math.max(1, seconds)} s` : words;
    size.classList.toggle('full', length > most * 0.95);
  }

  text.addEventListener('input', () => { paint(); change(text.value || undefined); });
  return {
    element: labelled(label, text, size),
    input: text,
    update(value = '') {
      if (text.value !== value) text.value = value;
      paint();
    },
  };
}

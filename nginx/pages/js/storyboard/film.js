// film.js - what is chosen for the whole film.

import { byId, make } from '../dom.js';
import { languageName } from '../text.js';
import { FILM, LANGUAGES } from './choices.js';
import { makeLine, makeSelect } from './fields.js';
import { MOST } from './story.js';

/** Calls change(field, value).  Returns { update(film) }. */
export function makeFilmFields(change) {
  const title = byId('title');
  const fields = {
    language: makeLine({ label: 'Voice, a language', placeholder: 'as the script', pattern: '[A-Za-z][A-Za-z0-9+_\\-]*' },
      (value) => change('language', value)),
    ...Object.fromEntries(Object.entries(FILM).map(([field, list]) => [field, makeSelect(list, (value) => change(field, value))])),
  };

  title.maxLength = MOST.title;
  title.addEventListener('input', () => change('title', title.value || undefined));
  fields.language.input.setAttribute('list', 'languages');
  byId('languages').append(...LANGUAGES.map((code) => make('option', { value: code, label: languageName(code) })));
  byId('film-choices').append(...Object.values(fields).map(({ element }) => element));

  return {
    update(film) {
      if (title.value !== (film.title ?? '')) title.value = film.title ?? '';
      for (const [field, control] of Object.entries(fields)) control.update(film[field]);
    },
  };
}

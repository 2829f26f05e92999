// conflicts.js - "somebody else changed scene 3": both versions, and a press that chooses one.

import { byId, make, show } from '../dom.js';
import { indexOf } from './story.js';

const NAMES = {
  caption: 'caption', narration: 'narration', image: 'picture', audio: 'sound', credit: 'credit', seconds: 'length',
  motion: 'motion', transition: 'transition', fit: 'picture frame', focusX: 'focus', focusY: 'focus', title: 'title',
  language: 'language', music: 'music', shape: 'shape', size: 'size',
};

function whatOf({ key, field, mine }, story) {
  const where = key === null ? 'The film' : `Scene ${indexOf(story, key) + 1}`;
  if (field === 'removed') return `${where}: ${mine === null ? 'you removed it, and somebody else changed it' : 'somebody else removed it, and you changed it'}`;
  return `${where}: somebody else changed the ${NAMES[field] ?? field}, too`;
}

const said = (value) => {
  if (value === undefined) return 'empty';
  if (value === null) return 'removed';
  return typeof value === 'object' ? value.caption || value.narration || 'the scene' : String(value);
};

function side(name, value, press, choose) {
  const button = make('button', { type: 'button', className: 'button small', textContent: press });
  button.addEventListener('click', choose);
  return make('div', { className: 'version' },
    make('p', { className: 'version-of', textContent: name }),
    make('p', { className: 'version-text', dir: 'auto', textContent: said(value) }), button);
}

/** Shows these conflicts; calls choose(conflict, 'mine' or 'theirs') for each, and done() when none is left. */
export function askFor(conflicts, story, { choose, done }) {
  const list = byId('conflict-list');
  const items = conflicts.map((conflict) => {
    const item = make('li', { className: 'conflict' });
    const pick = (which) => () => {
      choose(conflict, which);
      item.remove();
      if (list.children.length) list.querySelector('button').focus();
      else { show(false, byId('conflicts')); done(); }
    };
    item.append(make('p', { className: 'conflict-what', textContent: whatOf(conflict, story) }),
      make('div', { className: 'versions' },
        side('Yours', conflict.mine, 'Keep mine', pick('mine')),
        side('Theirs', conflict.theirs, 'Take theirs', pick('theirs'))));
    return item;
  });
  list.append(...items);
  show(true, byId('conflicts'));
  byId('conflicts-title').focus();
}

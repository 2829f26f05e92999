// door.js - the ways from the gallery to the storyboard, for who may write: a new film, and the one that is open.

import { byId, make, show } from '../dom.js';
import { readEditor } from './api.js';

const edit = make('a', { className: 'button', id: 'edit', textContent: 'Edit', hidden: true });

function follow() {
  const id = new URLSearchParams(location.hash.slice(1)).get('case');
  if (id !== null) edit.href = `storyboard.html?${new URLSearchParams({ case: id })}`;
  show(id !== null, edit);
}

readEditor().then(({ mayWrite }) => {
  if (!mayWrite) return;
  document.querySelector('.top nav').append(make('a', { href: 'storyboard.html', textContent: 'New film' }));
  byId('close').before(edit);
  addEventListener('hashchange', follow);
  follow();
}).catch(() => {}); // the gallery tells of a server that can't be reached

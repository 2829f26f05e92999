// case-list.js - fills the list of cases in the video example.

import { listCases } from './api.js';
import { byId, make } from './dom.js';

listCases()
  .then((cases) => byId('case-id').replaceChildren(
    ...cases.map(({ id, title }) => make('option', { value: id, textContent: title }))))
  .catch((error) => { byId('messages').replaceChildren(make('li', { textContent: error.message })); });

// page.js - the storyboard: a person orders pictures and writes their words, and sees the frames of the film meanwhile.

import { byId, show } from '../dom.js';
import { readEditor, useKey } from './api.js';
import { makeSceneCard } from './card.js';
import { askFor } from './conflicts.js';
import { makeFilmFields } from './film.js';
import { makeFrames } from './frames.js';
import { makeHistory } from './history.js';
import { makeKeeping } from './keeping.js';
import { makeVideo, sayMaking, showStill } from './making.js';
import { settle } from './merge.js';
import { makeSending } from './sending.js';
import { markStrip, moveTo, onSeek, sayOnStill, setStrip, thePlan } from './stage.js';
import { MOST, addScenes, changeFilm, changeScene, indexOf, moveScene, removeScene, sceneOf, storyOf } from './story.js';

const list = byId('scenes');
const cards = new Map(); // by key
let history = makeHistory(storyOf());
let strips = new Map();
let selected = null;     // the key of the scene that is shown
let moment = null;       // seconds, where the slider was left; null: the middle of the selected scene

const say = (text) => { byId('announcer').textContent = text; };
const story = () => history.story();

// --- what is seen

const frames = makeFrames({
  canvasesOf: (key) => [cards.get(key)?.thumb, strips.get(key)].filter(Boolean),
  planned(plan) {
    story().scenes.forEach(({ key }, i) => cards.get(key)?.setLength(plan.scenes[i]?.seconds));
    if (moment === null) moveTo(indexOf(story(), selected));
  },
  told: paintFault,
});

function showFrame() {
  const index = indexOf(story(), selected);
  if (index < 0) return;
  showStill();
  frames.show(story(), moment === null ? { scene: index + 1, at: 0.5 } : { t: moment });
}

function paintFault(error) {
  const faults = new Map(); // by the place of the scene
  for (const { pointer, detail } of error?.errors ?? []) {
    const [, place, index, field = ''] = pointer.split('/');
    if (place === 'scenes' && index !== undefined) faults.set(Number(index), `${field}: ${detail}`);
  }
  story().scenes.forEach(({ key }, i) => cards.get(key)?.setFault(faults.get(i) ?? ''));
  const rest = error && !faults.size ? error.errors?.[0]?.detail ?? error.message : '';
  sayOnStill(rest || (faults.size ? 'A scene has a mistake: see below it.' : ''));
}

function select(key) {
  if (key === selected) return;
  for (const [other, card] of cards) card.setSelected(other === key);
  markStrip(key);
  selected = key;
  moment = null;
  moveTo(indexOf(story(), key));
  showFrame();
}

function placeCards(scenes) {
  const focused = document.activeElement;
  for (const [key, card] of cards) {
    if (sceneOf(story(), key)) continue;
    card.element.remove();
    cards.delete(key);
  }
  scenes.forEach(({ key }, i) => {
    if (!cards.has(key)) cards.set(key, makeSceneCard(key, list, does));
    const { element } = cards.get(key);
    if (list.children[i] !== element) list.insertBefore(element, list.children[i] ?? null);
    cards.get(key).update(scenes[i], i, scenes.length);
  });
  if (focused !== document.activeElement && focused.isConnected) focused.focus({ preventScroll: true });
}

function paint() {
  const { film, scenes } = story();
  const place = indexOf(story(), selected);
  placeCards(scenes);
  strips = setStrip(scenes.map(({ key }) => key));
  filmFields.update(film);
  show(!scenes.length, byId('empty'));
  byId('undo').disabled = !history.canUndo();
  byId('redo').disabled = !history.canRedo();
  byId('make').hidden = !scenes.length;
  document.title = `${film.title ?? 'New film'} – Storyboard – casecast`;
  if (place < 0) selected = null;
  if (!selected && scenes.length) select(scenes.at(-1).key);
  markStrip(selected);
}

// --- what a person does

/** Everybody's way to another story. */
function become(next, what) {
  history.change(next, what);
  paint();
  if (!keeping.changed()) sayMaking('This browser keeps nothing: do not close the tab before it is saved.', true);
  frames.refresh(story());
}

const SPOKEN = new Set(['narration', 'audio', 'credit']); // no still looks different

const does = {
  select,
  change(key, field, value) {
    become(changeScene(story(), key, { [field]: value }), `${key} ${field}`);
    if (!SPOKEN.has(field)) showFrame();
  },
  move(key, index, control) {
    const place = Math.max(0, Math.min(story().scenes.length - 1, index));
    become(moveScene(story(), key, place));
    say(`Scene moved to place ${place + 1} of ${story().scenes.length}`);
    cards.get(key).focus(control.disabled ? cards.get(key).element.querySelector('.grip') : control);
    showFrame();
  },
  remove(key) {
    const place = indexOf(story(), key);
    become(removeScene(story(), key));
    say(`Scene ${place + 1} removed. Undo brings it back.`);
    const next = story().scenes[Math.min(place, story().scenes.length - 1)];
    if (next) { select(next.key); cards.get(next.key).focus(); } else byId('pick').focus();
  },
};

const filmFields = makeFilmFields((field, value) => {
  become(changeFilm(story(), { [field]: value }), `film ${field}`);
  if (field !== 'title' || story().film.titleCard) showFrame();
});

function step(way) {
  if (!history[way]()) return;
  paint();
  keeping.changed();
  frames.refresh(story());
  showFrame();
  say(way === 'undo' ? 'Undone' : 'Done again');
}

const sending = makeSending({
  arrived({ file }) {
    if (story().scenes.length === MOST.scenes) throw new Error(`a film has ${MOST.scenes} scenes at most`);
    become(addScenes(story(), [{ image: file }]));
    if (story().scenes.length === 1) showFrame();
  },
  tell(text, isBad) {
    byId('sending').textContent = text;
    byId('sending').classList.toggle('bad', Boolean(isBad));
  },
});

// --- what is kept

const STATES = {
  saved: 'Saved', waiting: 'Not saved yet', saving: 'Saving …', lost: 'Offline: kept in this browser', conflict: 'Choose below', refused: 'Not saved',
};

const keeping = makeKeeping({
  story,
  rebase(into) {
    history.rebase(into);
    paint();
    frames.refresh(story());
  },
  conflicts(conflicts) {
    askFor(conflicts, story(), {
      choose: (conflict, choice) => {
        history.change(settle(story(), conflict, choice));
        paint();
      },
      done: () => { keeping.resume(); showFrame(); },
    });
  },
  named: (id) => window.history.replaceState(null, '', `?${new URLSearchParams({ case: id })}`),
  tell(state, error) {
    byId('state').textContent = STATES[state];
    byId('state').dataset.state = state;
    if (state === 'refused') {
      paintFault(error);
      if (error.status === 403) lock(error.message);
    }
  },
});

async function make() {
  try {
    await keeping.flush();
    await makeVideo(keeping.id(), story());
  } catch (error) {
    sayMaking(`The film was not made, as it could not be saved. ${error.message}`, true);
  }
}

// --- the page

function lock(why) {
  byId('locked-why').textContent = why;
  show(true, byId('locked'));
  show(false, byId('desk'));
}

function takePictures(files) {
  const pictures = [...files];
  if (pictures.length) sending.send(pictures);
}

function listen() {
  for (const id of ['files', 'camera']) {
    byId(id).addEventListener('change', ({ target }) => { takePictures(target.files); target.value = ''; });
  }
  byId('pick').addEventListener('click', () => byId('files').click());
  byId('photograph').addEventListener('click', () => byId('camera').click());
  byId('undo').addEventListener('click', () => step('undo'));
  byId('redo').addEventListener('click', () => step('redo'));
  byId('make').addEventListener('click', make);
  addEventListener('dragover', (event) => { event.preventDefault(); document.body.classList.add('dropping'); });
  addEventListener('dragleave', (event) => { if (!event.relatedTarget) document.body.classList.remove('dropping'); });
  addEventListener('drop', (event) => {
    event.preventDefault();
    document.body.classList.remove('dropping');
    takePictures(event.dataTransfer.files);
  });
  addEventListener('keydown', (event) => {
    const isUndo = (event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === 'z';
    const isRedo = (event.ctrlKey && event.key.toLowerCase() === 'y') || (isUndo && event.shiftKey);
    if (!isUndo && !isRedo) return;
    event.preventDefault();
    step(isRedo ? 'redo' : 'undo');
  });
  addEventListener('online', () => keeping.again());
  addEventListener('beforeunload', (event) => { if (sending.isBusy() || keeping.isUnsaved()) event.preventDefault(); });
  onSeek((seconds, index) => {
    const { key } = story().scenes[index];
    selected = key;
    for (const [other, card] of cards) card.setSelected(other === key);
    markStrip(key);
    moment = Math.min(seconds, thePlan().seconds);
    showFrame();
  });
}

async function open() {
  const { mayWrite, why } = await readEditor();
  if (!mayWrite) return lock(why);
  show(false, byId('locked'));
  history = makeHistory(await keeping.open(new URLSearchParams(location.search).get('case')));
  show(true, byId('desk'));
  if (story().scenes.length) selected = null;
  paint();
  if (story().scenes.length) select(story().scenes[0].key);
  frames.refresh(story());
  return keeping.changed();
}

function openAndTell() {
  open().catch((error) => lock(error.message));
}

byId('key-form').addEventListener('submit', (event) => {
  event.preventDefault();
  useKey(byId('key').value);
  openAndTell();
});
listen();
openAndTell();

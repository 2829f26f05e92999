// story.js - the document of the storyboard: a case whose scenes have keys, so that each keeps its identity while it is
// moved and changed.  A story is never changed in place: each function returns another one.

const makeKey = () => `s${Math.random().toString(36).slice(2, 12)}`;

/** The limits of common/case, which the server checks, too. */
export const MOST = { scenes: 200, title: 200, caption: 5000, narration: 10_000, credit: 500 };

const kept = (fields) => Object.fromEntries(Object.entries(fields)
  .filter(([, value]) => value !== undefined && value !== null && value !== ''));

/** Fields in one order, so that the same content is the same text. */
export const signature = (fields) => JSON.stringify(Object.entries(fields).filter(([name]) => name !== 'key').sort());

/** The story of the JSON of a case; its id is not part of it. */
export function storyOf({ id: _id, $schema: _schema, scenes = [], ...film } = {}) {
  return { film, scenes: scenes.map((scene) => ({ ...scene, key: makeKey() })) };
}

/** The JSON of the case, without an id. */
export const caseOf = ({ film, scenes }) =>
  ({ ...kept(film), scenes: scenes.map(({ key: _key, ...scene }) => kept(scene)) });

export const indexOf = (story, key) => story.scenes.findIndex((scene) => scene.key === key);
export const sceneOf = (story, key) => story.scenes.find((scene) => scene.key === key);

/** `change`: fields and their values; undefined takes a field away. */
export const changeFilm = (story, change) => ({ ...story, film: kept({ ...story.film, ...change }) });

export const changeScene = (story, key, change) => ({
  ...story, scenes: story.scenes.map((scene) => (scene.key === key ? kept({ ...scene, ...change }) : scene)),
});

/** Inserts these scenes before the one at `index` (normally behind the last).  They get keys. */
export function addScenes(story, added, index = story.scenes.length) {
  const scenes = story.scenes.slice();
  scenes.splice(index, 0, ...added.map((scene) => ({ ...scene, key: makeKey() })));
  return { ...story, scenes };
}

export const removeScene = (story, key) => ({ ...story, scenes: story.scenes.filter((scene) => scene.key !== key) });

/** Moves a scene to `index`, counted without it; beyond the ends it is the first or the last. */
export function moveScene(story, key, index) {
  const scenes = story.scenes.filter((scene) => scene.key !== key);
  scenes.splice(Math.max(0, index), 0, sceneOf(story, key));
  return { ...story, scenes };
}

/** For a change that a person makes in one go, as while he types. */
export const isSame = (one, other) => JSON.stringify(caseOf(one)) === JSON.stringify(caseOf(other));

const WORDS_A_SECOND = 2.6; // of espeak-ng in English, about

/** How long a text is spoken, seconds, before the server has told it. */
export function spokenSeconds(text = '') {
  const words = text.trim().split(/\s+/).filter(Boolean).length;
  return words / WORDS_A_SECOND;
}

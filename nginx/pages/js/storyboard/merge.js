// merge.js - two editors of one case.  What only one of them changed is taken; where both changed the same field, or one
// removed what the other changed, a person chooses.

import { changeFilm, changeScene, indexOf, removeScene, sceneOf, signature } from './story.js';

/** `theirs` with the keys of `base`, for scenes that are the same: by content, then by picture, then by place. */
export function align(base, theirs) {
  const free = new Set(base.scenes.map(({ key }) => key));
  const found = theirs.scenes.map(() => null);
  const pass = (isMatch) => theirs.scenes.forEach((scene, i) => {
    if (found[i]) return;
    const match = base.scenes.find((own, n) => free.has(own.key) && isMatch(own, scene, n, i));
    if (!match) return;
    found[i] = match.key;
    free.delete(match.key);
  });
  pass((own, scene) => signature(own) === signature(scene));
  pass((own, scene, n, i) => own.image === scene.image && n === i);
  pass((own, scene) => own.image === scene.image);
  pass((own, scene, n, i) => n === i && Boolean(own.caption || own.narration)
    && own.caption === scene.caption && own.narration === scene.narration);
  return { ...theirs, scenes: theirs.scenes.map((scene, i) => ({ ...scene, key: found[i] ?? scene.key })) };
}

/* Both have left it, or one has: the value, or a conflict. */
function mergeFields(base, mine, theirs, clash) {
  const merged = {};
  for (const field of new Set([...Object.keys(mine), ...Object.keys(theirs)])) {
    const [was, own, other] = [base[field], mine[field], theirs[field]];
    if (own !== other && own !== was && other !== was) clash(field, own, other);
    const value = own === was ? other : own;
    if (value !== undefined) merged[field] = value;
  }
  return merged;
}

const keysOf = ({ scenes }) => scenes.map(({ key }) => key);

// The order of who has changed it, and in it what the other one added, behind the same scene as there.
function mergeOrder(base, mine, theirs) {
  const common = (story) => keysOf(story).filter((key) => [base, mine, theirs].every((one) => sceneOf(one, key))).join();
  const [lead, other] = common(mine) === common(base) ? [theirs, mine] : [mine, theirs];
  const order = keysOf(lead);
  keysOf(other).forEach((key, i, all) => {
    if (!order.includes(key)) order.splice(i ? order.indexOf(all[i - 1]) + 1 : 0, 0, key);
  });
  return order;
}

function mergeScene(base, mine, theirs, key, clash) {
  const [was, own, other] = [base, mine, theirs].map((story) => sceneOf(story, key));
  if (own && other) return { ...mergeFields(was ?? {}, own, other, (...values) => clash(key, ...values)), key };
  const left = own ?? other;
  if (!was) return left;
  if (signature(left) === signature(was)) return null; // removed by one, and as it was for the other
  clash(key, 'removed', own ?? null, other ?? null);
  return left;
}

/**
 * `mine` and `theirs` both come from `base`, and have its keys.  Returns { story, conflicts }.  Each conflict is
 * { key, field, mine, theirs }: `key` null is the film; the field `removed` is a scene that is null for one of the two.
 * Until it is settled the story has mine, and the scene that was removed.
 */
export function merge(base, mine, theirs) {
  const conflicts = [];
  const clash = (key, field, own, other) => conflicts.push({ key, field, mine: own, theirs: other });
  const film = mergeFields(base.film, mine.film, theirs.film, (...values) => clash(null, ...values));
  const scenes = mergeOrder(base, mine, theirs).map((key) => mergeScene(base, mine, theirs, key, clash)).filter(Boolean);
  return { story: { film, scenes }, conflicts };
}

/** The story after the person has chosen 'mine' or 'theirs' for a conflict. */
export function settle(story, { key, field, mine, theirs }, choice) {
  const value = choice === 'mine' ? mine : theirs;
  if (key === null) return changeFilm(story, { [field]: value });
  if (indexOf(story, key) < 0) return story;
  if (field !== 'removed') return changeScene(story, key, { [field]: value });
  return value === null ? removeScene(story, key) : story;
}

// frames.js - which frames are drawn, and when: the still at once, then the plan of the film and the small pictures of
// the scenes that look different now.

import { drawPlan, drawStill } from './api.js';
import { makeNewest } from './newest.js';
import { paintOn, screen, setPlan, stillWidth } from './stage.js';
import { caseOf, signature } from './story.js';

const CALM_MS = 350;   // without a change, before what can wait is drawn
const SMALL_PX = 240;

/** What the picture of a scene depends on.  Its place counts, as neighbours move differently. */
const lookOf = ({ film, scenes }, i) => {
  const { narration: _narration, credit: _credit, audio: _audio, seconds: _seconds, ...seen } = scenes[i];
  return `${i} ${i + 1 === scenes.length} ${signature(film)} ${signature(seen)}`;
};

/**
 * `canvasesOf(key)` are those that show the scene small.  Calls planned(plan), and told(error) with what the plan or the
 * still was refused for, null if all is well.
 * Returns { show(story, moment), refresh(story) }.
 */
export function makeFrames({ canvasesOf, planned, told }) {
  const looks = new Map(); // by key: what its small pictures show
  const faults = { plan: null, still: null };
  let timer;

  async function drawSmall({ json, index, key, look }, signal) {
    const blob = await drawStill(json, { scene: index + 1, at: 0.5 }, SMALL_PX, signal);
    for (const canvas of canvasesOf(key)) await paintOn(canvas, blob, signal);
    looks.set(key, look);
  }

  async function draw(wish, signal) {
    if (wish.isPlan) {
      const plan = await drawPlan(wish.json, signal);
      setPlan(plan);
      planned(plan);
    } else if (wish.key) {
      await drawSmall(wish, signal);
    } else {
      await paintOn(screen, await drawStill(wish.json, wish.moment, stillWidth(), signal), signal);
    }
    if (!wish.key) tell(wish, null);
  }

  // A mistake in the case is told by the still or the plan: all small pictures would tell it, too.
  function tell(wish, error) {
    faults[wish.isPlan ? 'plan' : 'still'] = error;
    told(faults.plan ?? faults.still);
  }

  const newest = makeNewest({ draw, fail: (wish, error) => { if (!wish.key) tell(wish, error); } });

  function refresh(story) {
    clearTimeout(timer);
    timer = setTimeout(() => {
      const json = caseOf(story);
      if (!story.scenes.length) {
        newest.behind([]);
        setPlan(null);
        return;
      }
      const small = story.scenes.map(({ key }, index) => ({ json, index, key, look: lookOf(story, index) }))
        .filter(({ key, look }) => looks.get(key) !== look);
      newest.behind([{ isPlan: true, json }, ...small]);
    }, CALM_MS);
  }

  return {
    refresh,
    show(story, moment) {
      if (story.scenes.length) newest.now({ json: caseOf(story), moment });
    },
  };
}

// making.js - makes the video and shows how far it is, in the place of the still when it is there.

import { beginJob, watchVideo } from '../api.js';
import { byId, show } from '../dom.js';
import { dress, undress } from '../dress.js';
import { clock, stageName, timeLeft } from '../text.js';

const [button, bar, said, film, back, download] = ['make', 'make-bar', 'make-said', 'video', 'to-still', 'download'].map(byId);
let stop = null, began = 0;

function say(text, isBad = false) {
  said.textContent = text;
  said.classList.toggle('bad', isBad);
}

/** Back from the video to the stills. */
export function showStill() {
  if (film.hidden) return;
  film.pause();
  show(false, film, back);
}

function end() {
  stop?.();
  stop = null;
  button.disabled = false;
  show(false, bar);
}

const keptOf = ({ kept, frames }) => Math.floor(100 * kept / frames);

function paintDone(data, story) {
  const took = (performance.now() - began) / 1000;
  const share = keptOf(data);
  say(share === 100 ? `Nothing had to be made anew: ${clock(data.seconds)} of film.`
    : `Made in ${took.toFixed(1)} s: ${share} % of the film was kept, ${100 - share} % made anew.`);
  byId('make').dataset.kept = share;
  dress(film, data, { title: story.film.title ?? 'The video', language: story.film.language });
  film.src = data.video;
  download.href = data.video;
  show(true, film, back, download);
}

const hear = {
  progress({ stage, percent, etaMs }) {
    bar.value = percent;
    say(`${Math.floor(percent)} % · ${stageName(stage)} · ${timeLeft(etaMs)} left`);
  },
  failed({ error }) { say(error, true); },
  canceled() { say('The video was canceled.', true); },
  lost() { say('Connection lost. Trying again; the video goes on.'); },
};

/** Makes the video of the case, which has this story.  Nothing happens while one is being made. */
export async function makeVideo(id, story) {
  if (stop) return;
  began = performance.now();
  undress(film);
  showStill();
  button.disabled = true;
  bar.removeAttribute('value');
  show(true, bar);
  say('Waits for its turn');
  try {
    await beginJob(id);
  } catch (error) {
    end();
    say(error.message, true);
    return;
  }
  stop = watchVideo(id, (name, data) => {
    hear[name]?.(data);
    if (!['done', 'failed', 'canceled'].includes(name)) return;
    end();
    if (name === 'done') paintDone(data, story);
  });
}

export const sayMaking = say;
back.addEventListener('click', showStill);

// card.js - one case in the gallery.

import { byId, make } from './dom.js';
import { makePicture } from './picture.js';
import { count, languageName } from './text.js';

// A case has the same colour everywhere.  Steps of the golden angle give neighbours like "1" and "2" different ones.
function hueOf(id) {
  let hash = 7;
  for (const letter of id) hash = (hash * 31 + letter.codePointAt(0)) % 9973;
  return Math.round((hash * 137.508) % 360);
}

function stripes(n) {
  return Array.from({ length: Math.min(n, 12) }, (_, i) => {
    const stripe = make('i');
    stripe.style.setProperty('--light', `${27 + ((i * 7) % 5) * 4}%`);
    return stripe;
  });
}

function pictures(src, shape) {
  const picture = (className) => makePicture({ src, className, alt: '', loading: 'lazy' });
  return shape === '16:9' ? [picture('picture')] : [picture('picture back'), picture('picture whole')];
}

const SHAPES = { '9:16': 'portrait', '1:1': 'square', '4:5': 'upright' };

function actionOf({ job, video }, isOpen) {
  if (isOpen) return 'Show';
  if (job) return 'Watch it being made';
  return video ? 'Watch' : 'Create video';
}

function badgeOf({ job }) {
  if (!job) return '';
  return job.state === 'running' ? `${Math.floor(job.percent)} %` : 'queued';
}

/**
 * A card for `item` of GET /api/cases.  Calls `choose(item)` when its picture or its button is pressed; both are links
 * to `addressOf(id)`.  Returns { element, focus(), setOpen(yes), setNote(text), update(item) }.
 */
export function makeCard(item, choose, addressOf) {
  const element = byId('card').content.cloneNode(true).firstElementChild;
  const [poster, title, facts, button] =
    ['.poster', 'h3', '.card-facts', 'button'].map((which) => element.querySelector(which));
  const art = make('span', { className: 'art' });
  const badge = make('span', { className: 'badge', hidden: true });
  let now = item, isOpen = false, note = '', src = null, pressed = button;

  function paintArt() {
    const wanted = now.video?.thumbnail ?? now.poster ?? null;
    if (art.hasChildNodes() && wanted === src) return;
    src = wanted;
    art.replaceChildren(...stripes(now.scenes), ...(src ? pictures(src, now.shape) : []));
  }

  function paint() {
    const action = actionOf(now, isOpen);
    paintArt();
    title.textContent = now.title;
    facts.textContent = [count(now.scenes, 'scene'), languageName(now.language), SHAPES[now.shape]]
      .filter(Boolean).join(' · ');
    badge.textContent = note || badgeOf(now);
    badge.hidden = !badge.textContent;
    button.textContent = action;
    button.classList.toggle('primary', action === 'Create video');
    for (const way of [button, poster]) way.setAttribute('aria-label', `${action}: ${now.title}`);
    poster.classList.toggle('playable', Boolean(now.video || now.job));
  }

  function press(event) {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return; // the browser opens a new tab
    event.preventDefault();
    pressed = event.currentTarget;
    choose(now);
  }

  element.style.setProperty('--hue', hueOf(item.id));
  poster.href = addressOf(item.id);
  poster.append(art);
  poster.after(badge);
  for (const way of [button, poster]) way.addEventListener('click', press);
  paint();

  return {
    element,
    focus: () => pressed.focus(),
    setOpen(yes) {
      isOpen = yes;
      element.classList.toggle('open', yes);
      paint();
    },
    setNote(text) {
      note = text;
      paint();
    },
    update(changed) {
      now = changed;
      paint();
    },
  };
}

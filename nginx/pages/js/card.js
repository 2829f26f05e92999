// card.js - one case in the gallery.

import { byId, make } from './dom.js';
import { count, languageName } from './text.js';

// The same case has the same colour everywhere; steps of the golden angle keep neighbours like "1" and "2" apart.
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

function picture(src, shape) {
  const image = (className) => make('img', { src, className, alt: '', loading: 'lazy' });
  return shape === '9:16' ? [image('picture back'), image('picture tall')] : [image('picture')];
}

function paintPoster(poster, item, badge) {
  const art = item.video ? picture(item.video.thumbnail, item.shape) : stripes(item.scenes);
  poster.replaceChildren(...art, badge);
}

/**
 * A card for `item` of GET /api/cases; `choose(item)` when its button is pressed.  Returns { element, focus(),
 * setOpen(yes), setBadge(text), setVideo({thumbnail}) }.
 */
export function makeCard(item, choose) {
  const element = byId('card').content.cloneNode(true).firstElementChild;
  const [poster, title, facts, button] =
    ['.poster', 'h3', '.card-facts', 'button'].map((which) => element.querySelector(which));
  const badge = make('span', { className: 'badge', hidden: true });
  let isOpen = false;

  function paintButton() {
    if (isOpen) button.textContent = 'Show';
    else button.textContent = item.video ? 'Watch' : 'Create video';
    button.classList.toggle('primary', !isOpen && !item.video);
    button.setAttribute('aria-label', `${button.textContent}: ${item.title}`);
  }

  element.style.setProperty('--hue', hueOf(item.id));
  title.textContent = item.title;
  facts.textContent = [count(item.scenes, 'scene'), languageName(item.language),
    item.shape === '9:16' ? 'portrait' : null].filter(Boolean).join(' · ');
  button.addEventListener('click', () => choose(item));
  paintPoster(poster, item, badge);
  paintButton();

  return {
    element,
    focus: () => button.focus(),
    setOpen(yes) {
      isOpen = yes;
      element.classList.toggle('open', yes);
      paintButton();
    },
    setBadge(text) {
      badge.textContent = text;
      badge.hidden = !text;
    },
    setVideo(video) {
      item.video = video;
      paintPoster(poster, item, badge);
      paintButton();
    },
  };
}

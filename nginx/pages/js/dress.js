// dress.js - gives the player of a finished video its name, poster and captions.

import { make } from './dom.js';
import { makePicture } from './picture.js';
import { languageName } from './text.js';

let ending = new AbortController(); // of the last poster request

// Off until the viewer turns them on with the browser's button, because the picture shows captions already.
function captionsTrack(captions, voice) {
  const [language] = (voice || 'en').split('+'); // "en+f3" is a voice of English
  return make('track', { kind: 'captions', src: captions, srclang: language, label: languageName(language) });
}

// A <video> requests its poster only once, so it gets the address when the picture is loaded.
function bringPoster(video, src) {
  const image = makePicture({ src }, ending.signal);
  image.addEventListener('load', () => { if (!ending.signal.aborted) video.poster = src; });
}

/** For the `video` that shows the result of a `done` event. */
export function dress(video, { thumbnail, poster, captions }, { title, language }) {
  undress(video);
  bringPoster(video, poster ?? thumbnail);
  video.setAttribute('aria-label', title);
  if (captions) video.append(captionsTrack(captions, language));
}

/** Removes poster and captions. */
export function undress(video) {
  ending.abort();
  ending = new AbortController();
  video.replaceChildren();
}

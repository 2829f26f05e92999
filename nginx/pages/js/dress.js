// dress.js - what a finished video's player wears beside the picture: its name, a poster, captions to read.

import { make } from './dom.js';
import { makePicture } from './picture.js';
import { languageName } from './text.js';

let ending = new AbortController(); // of what was asked for last

// Off until the viewer asks the browser's own button for them: what they say is in the picture already.
function captionsTrack(captions, voice) {
  const [language] = (voice || 'en').split('+'); // "en+f3" is a voice of English
  return make('track', { kind: 'captions', src: captions, srclang: language, label: languageName(language) });
}

// A <video> asks for its poster once, so it is named when it is there.
function bringPoster(video, src) {
  const image = makePicture({ src }, ending.signal);
  image.addEventListener('load', () => { if (!ending.signal.aborted) video.poster = src; });
}

/** `video` will show what `done` names. */
export function dress(video, { thumbnail, poster, captions }, { title, language }) {
  undress(video);
  bringPoster(video, poster ?? thumbnail);
  video.setAttribute('aria-label', title);
  if (captions) video.append(captionsTrack(captions, language));
}

/** No poster, no captions any more. */
export function undress(video) {
  ending.abort();
  ending = new AbortController();
  video.replaceChildren();
}

// dress.js - what a finished video's player wears beside the picture: its name, a poster, captions to read.

import { make } from './dom.js';
import { languageName } from './text.js';

// Off until the viewer asks the browser's own button for them: what they say is in the picture already.
function captionsTrack(captions, voice) {
  const [language] = (voice || 'en').split('+'); // "en+f3" is a voice of English
  return make('track', { kind: 'captions', src: captions, srclang: language, label: languageName(language) });
}

/** `video` will show what `done` names. */
export function dress(video, { thumbnail, poster, captions }, { title, language }) {
  video.poster = poster ?? thumbnail;
  video.setAttribute('aria-label', title);
  undress(video);
  if (captions) video.append(captionsTrack(captions, language));
}

/** No captions any more. */
export function undress(video) {
  video.replaceChildren();
}

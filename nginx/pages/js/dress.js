// dress.js - what a finished video's player wears beside the picture.  The place for tracks, chapters, previews.

/** `video` will show what `done` names. */
export function dress(video, { thumbnail, poster }, title) {
  video.poster = poster ?? thumbnail;
  video.setAttribute('aria-label', title);
}

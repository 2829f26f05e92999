// picture.js - pictures that are requested again when they fail: a little later each time, and at once when the
// connection is back.

import { make } from './dom.js';

const WAIT_MS = [1000, 2000, 4000, 8000, 15000, 30000]; // then only when the connection is back

const broken = new Map(); // a failed <img>: the function that requests it again

/**
 * A new <img> with these properties.  Until it is loaded it has the class `missing`.  It is requested until it is loaded
 * or removed from the page; if it is in no page, until `signal` aborts.
 */
export function makePicture(properties, signal = null) {
  const image = make('img', properties);
  let failures = 0, timer;

  const isWanted = () => (signal ? !signal.aborted : image.isConnected);

  function again() {
    clearTimeout(timer);
    broken.delete(image);
    if (isWanted()) image.src = image.src;
  }

  function lose() {
    image.classList.add('missing');
    broken.set(image, () => { failures = 0; again(); });
    clearTimeout(timer);
    if (failures < WAIT_MS.length) timer = setTimeout(again, WAIT_MS[failures++] * (0.8 + 0.4 * Math.random()));
  }

  function gain() {
    failures = 0;
    clearTimeout(timer);
    broken.delete(image);
    image.classList.remove('missing');
  }

  image.classList.add('missing');
  image.addEventListener('error', lose);
  image.addEventListener('load', gain);
  return image;
}

/** Requests every missing picture now, because the connection is back. */
export function bringPictures() {
  for (const ask of [...broken.values()]) ask();
}

addEventListener('online', bringPictures);
document.addEventListener('visibilitychange', () => { if (!document.hidden) bringPictures(); });

// picture.js - pictures that come when they can: what did not arrive is asked for again, a little later each time,
// and at once when the connection is back.

import { make } from './dom.js';

const WAIT_MS = [1000, 2000, 4000, 8000, 15000, 30000]; // then only when there is reason to hope

const broken = new Map(); // <img> that did not come: how to ask for it again

/**
 * A new <img> with these properties.  While it is not there it has the class `missing`.  It is asked for until it came,
 * or left the page; one that is in no page, until `signal` says so.
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

/** The connection is there (again): every picture that is missing is asked for now. */
export function bringPictures() {
  for (const ask of [...broken.values()]) ask();
}

addEventListener('online', bringPictures);
document.addEventListener('visibilitychange', () => { if (!document.hidden) bringPictures(); });

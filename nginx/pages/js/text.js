// text.js - numbers and codes in words.

const isKnown = (ms) => ms !== null && ms !== undefined && ms >= 0;

/** "about 40 s", "about 2 min", "a moment"; "–" if it is not known. */
export function timeLeft(ms) {
  if (!isKnown(ms)) return '–';
  const seconds = Math.ceil(ms / 1000);
  if (seconds <= 1) return 'a moment';
  if (seconds < 60) return `about ${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `about ${minutes} min` : `about ${Math.round(minutes / 6) / 10} h`;
}

/** "In the queue: 2 before yours, starts in about 40 s"; without the time if it is not known. */
export function placeInQueue(position, waitMs = null) {
  const place = position > 1 ? `In the queue: ${position - 1} before yours` : 'Next in the queue';
  return isKnown(waitMs) ? `${place}, starts in ${timeLeft(waitMs)}` : place;
}

/** The text for a part that is made in `ms`. */
export function stillBeingMade(ms) {
  const left = timeLeft(ms);
  return `This part is still being made${left === '–' ? '' : `, ${left} left`}`;
}

/** 95.2 seconds: "1:35". */
export function clock(seconds) {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}

/** "en-gb": "British English"; an unknown code stays as it is. */
export function languageName(code) {
  try {
    return new Intl.DisplayNames(['en'], { type: 'language' }).of(code);
  } catch {
    return code;
  }
}

/** 1, "scene": "1 scene"; 6, "scene": "6 scenes". */
export const count = (n, noun) => `${n} ${noun}${n === 1 ? '' : 's'}`;

const stages = {
  reading: 'Reading photos and speaking the narration',
  encoding: 'Making the frames',
  joining: 'Putting it all together',
};

/** A stage of the job for the viewer. */
export const stageName = (stage) => stages[stage] ?? 'Working';

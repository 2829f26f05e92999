// job-stream.js - the event stream of one video, from the first event to the last, through lost connections.

import { viewer } from './api.js';

const EVENTS = ['job', 'progress', 'scene', 'playable', 'done', 'failed', 'canceled'];
const LAST = new Set(['done', 'failed', 'canceled']);
const SETTLED_MS = 1200; // a connection that holds this long counts as restored
const WAIT_MS = [1000, 2000, 4000, 8000, 15000];

/**
 * Watches the video of a case; the request creates the job if there is none.  Calls `tell(name, data)` for the events
 * named above, exactly one of the last three, and 'lost' and 'back' when the connection is lost and restored.
 * An EventSource reconnects by itself and resumes by event id, except after an error status.  Then a new one is opened
 * and the server replays all events, so `tell` may get an event twice.
 * Returns a function that stops watching.  The job goes on.
 */
export function watchVideo(caseId, tell) {
  const url = `/create/video?caseId=${encodeURIComponent(caseId)}&viewer=${viewer}`;
  let source, timer, refusal, over = false, isLost = false, failures = 0;

  function stop() {
    over = true;
    clearTimeout(timer);
    source.close();
  }

  function hear(name, data) {
    if (over) return;
    if (LAST.has(name)) stop();
    tell(name, data);
  }

  // A refused request has no job and none of these events, only the tutorial's two messages.
  function hearMessage({ data }) {
    if (data.startsWith('error ')) refusal = data.slice('error '.length);
    if (data === 'finished_video' && refusal) setTimeout(() => hear('failed', { error: refusal }), 100);
  }

  function lose() {
    if (over) return;
    clearTimeout(timer);
    if (!isLost) tell('lost');
    isLost = true;
    if (source.readyState === EventSource.CLOSED) {
      timer = setTimeout(open, WAIT_MS[Math.min(failures++, WAIT_MS.length - 1)]);
    }
  }

  function settle() {
    clearTimeout(timer);
    timer = setTimeout(() => {
      failures = 0;
      if (isLost) tell('back');
      isLost = false;
    }, SETTLED_MS);
  }

  function open() {
    source = new EventSource(url);
    source.onopen = settle;
    source.onerror = lose;
    source.onmessage = hearMessage;
    for (const name of EVENTS) {
      source.addEventListener(name, (event) => hear(name, JSON.parse(event.data)));
    }
  }

  open();
  return stop;
}

// live-playlist.js - reads an HLS playlist again and again while its video is made.

const READ_MS = 300;  // between two reads, at least
const IDLE_MS = 3000; // … while no events come, because their stream may be lost
const TRIES = 3;

/** Parses the playlist `text` of `url`: { init: URL, pieces: [{ url, start, end }], isWhole }, times in seconds. */
export function readPlaylist(text, url) {
  const base = new URL(url, location.href);
  const at = (name) => new URL(name, base).href;
  const list = { init: null, pieces: [], isWhole: false };
  let start = 0, seconds = 0;
  const lines = text.split(/\r?\n/);
  if (lines[0] !== '#EXTM3U') throw new Error(`${url} is no playlist`);
  for (const line of lines) {
    if (line.startsWith('#EXT-X-MAP:')) list.init = at(/URI="([^"]*)"/.exec(line)[1]);
    else if (line.startsWith('#EXTINF:')) seconds = Number.parseFloat(line.slice('#EXTINF:'.length));
    else if (line === '#EXT-X-ENDLIST') list.isWhole = true;
    else if (line && !line.startsWith('#')) {
      list.pieces.push({ url: at(line), start, end: start + seconds });
      start += seconds;
    }
  }
  if (!list.init) throw new Error(`${url} names no #EXT-X-MAP`);
  return list;
}

/** Returns the body.  Throws an Error with the status if that is an error, and a TypeError if there is no answer. */
export async function bring(url, options) {
  const answer = await fetch(url, options);
  if (!answer.ok) throw Object.assign(new Error(`${url} is ${answer.status}`), { status: answer.status });
  return answer;
}

/**
 * Reads the playlist now, and again when the returned function is called, one read at a time.  Calls `grew(list)` after
 * each read, and `gaveUp(error)` after three error statuses in a row.  A lost connection is retried.  `signal` ends it.
 */
export function followPlaylist(url, signal, { grew, gaveUp }) {
  let timer, last = -Infinity, isReading = false, isOver = false, failures = 0;

  async function read() {
    clearTimeout(timer);
    isReading = true;
    last = performance.now();
    try {
      const answer = await bring(url, { cache: 'no-store', signal });
      const list = readPlaylist(await answer.text(), url);
      failures = 0;
      isOver = list.isWhole;
      grew(list);
    } catch (error) {
      isOver = signal.aborted || (!(error instanceof TypeError) && ++failures === TRIES);
      if (isOver && !signal.aborted) gaveUp(error);
    }
    isReading = false;
    if (!isOver) timer = setTimeout(read, IDLE_MS);
  }

  signal.addEventListener('abort', () => { isOver = true; clearTimeout(timer); });
  read();
  return () => {
    if (isReading || isOver) return;
    clearTimeout(timer);
    timer = setTimeout(read, Math.max(0, last + READ_MS - performance.now()));
  };
}

// live-playlist.js - follows an HLS playlist that grows while its film is made.

const READ_MS = 300;  // at most this often, however many events come
const IDLE_MS = 3000; // and this often when none come: the stream of events may be lost
const TRIES = 3;

/** `text`, read from `url`: { init: URL, pieces: [{ url, start, end }], isWhole }; start and end in seconds. */
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

/** The body of an answer; what is not 200 throws an Error with the status, no answer at all a TypeError. */
export async function bring(url, options) {
  const answer = await fetch(url, options);
  if (!answer.ok) throw Object.assign(new Error(`${url} is ${answer.status}`), { status: answer.status });
  return answer;
}

/**
 * Reads the playlist now, and again whenever the returned function says that it may have grown, one read at a
 * time.  Calls `grew(list)` after each; `gaveUp(error)` when the server has refused it three times in a row.  An
 * answer that doesn't come is waited for.  `signal` ends it.
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

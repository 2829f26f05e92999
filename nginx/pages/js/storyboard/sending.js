// sending.js - pictures that are dropped or picked, sent one after the other; after a lost connection again.

import { count } from '../text.js';
import { sendFile } from './api.js';

const AGAIN_MS = 3000;
const MOST_BYTES = 64 << 20;

const isLost = ({ status }) => [0, 429, 502, 503].includes(status);
const wait = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

async function sendUntilThere(file, tell) {
  for (;;) {
    try {
      return await sendFile(file);
    } catch (error) {
      if (!isLost(error)) throw error;
      tell(`${error.message} ${file.name} is sent again in a moment.`);
      await wait(AGAIN_MS);
    }
  }
}

/**
 * Calls arrived({ file, kind }, blob) for each file that the server has, in their order, and tell(text, isBad) with what
 * goes on.  Returns { send(files), isBusy() }.
 */
export function makeSending({ arrived, tell }) {
  let queue = [], all = 0, isBusy = false;

  async function sendOne(file) {
    if (file.size > MOST_BYTES) throw new Error('it is larger than 64 MiB');
    const sent = await sendUntilThere(file, tell);
    if (sent.kind !== 'picture') throw new Error('it is no picture');
    arrived(sent, file);
  }

  async function work() {
    isBusy = true;
    const refused = [];
    for (let n = 1; queue.length; n++) {
      const file = queue.shift();
      tell(`Sending picture ${n} of ${all}`);
      await sendOne(file).catch((error) => refused.push(`${file.name}: ${error.message}`));
    }
    isBusy = false;
    const sent = all - refused.length;
    all = 0;
    tell(refused.length ? refused.join(' · ') : `${count(sent, 'picture')} added`, refused.length > 0);
  }

  return {
    isBusy: () => isBusy,
    send(files) {
      queue = [...queue, ...files];
      all += files.length;
      if (!isBusy && queue.length) work();
    },
  };
}

// element.js - <casecast-video case="1">: a video of casecast in a page of anybody, while it is made and afterwards.
//
// ../../casecast-video.js, which pages load, is made from this file and its modules by esbuild: `tests/contract/run --make`.
// nginx/client/element.md is its manual.

import { Casecast } from '../client.js';
import { show } from '../dom.js';
import { dress, undress } from '../dress.js';
import { makeReel } from '../reel.js';
import { makeScreen } from '../screen.js';
import { placeInQueue, stageName, stillBeingMade, timeLeft } from '../text.js';
import { build } from './parts.js';

const HERE = new URL('.', import.meta.url).href.slice(0, -1); // the site that this script came from
const ADDRESSES = ['video', 'thumbnail', 'poster', 'captions', 'sprites', 'playlist'];

/** The data of an event, with whole addresses: a page of another site needs them. */
function withAddresses(data, site) {
  const whole = { ...data };
  for (const name of ADDRESSES) if (data?.[name]) whole[name] = new URL(data[name], `${site}/`).href;
  return whole;
}

class CasecastVideo extends HTMLElement {
  static observedAttributes = ['case', 'site'];

  #parts = null;
  #screen = null;
  #reel = null;
  #summary = null;  // of the case
  #finished = null; // the data of `done`
  #eta = null;      // ms until the video is complete
  #turn = 0;        // of load(): an answer to an earlier one has no meaning
  #stop = () => {};

  /** The site of casecast, without a slash at its end. */
  get site() { return (this.getAttribute('site') ?? HERE).replace(/\/+$/, ''); }

  get #case() { return this.getAttribute('case') ?? ''; }

  connectedCallback() {
    if (!this.#parts) this.#build();
    this.load();
  }

  disconnectedCallback() { this.#leave(); }

  attributeChangedCallback() { if (this.isConnected && this.#parts) this.load(); }

  /** Asks for the case anew, and shows its video if there is one or one is made. */
  async load() {
    const turn = ++this.#turn;
    this.#leave();
    this.#say('', '');
    if (!this.#case) return this.#say('failed', 'The attribute "case" must name a case.');
    try {
      const summary = await this.#server().ask('GET', `/api/cases/${encodeURIComponent(this.#case)}/summary`);
      if (turn === this.#turn) this.#meet(withAddresses(summary, this.site));
    } catch (error) {
      if (turn === this.#turn) this.#refuse(error);
    }
  }

  /** Makes the video; one that failed or was canceled begins anew. */
  async make() {
    const turn = this.#turn;
    show(false, this.#parts.make);
    try {
      await this.#server().createJob({ caseId: this.#case });
      if (turn === this.#turn) this.#watch();
    } catch (error) {
      if (turn === this.#turn) this.#refuse(error);
    }
  }

  /** Plays what is there of the video. */
  play() { return (this.#screen.isShown() ? this.#parts.live : this.#parts.player).play(); }

  pause() { (this.#screen.isShown() ? this.#parts.live : this.#parts.player).pause(); }

  #server() { return new Casecast(this.site); }

  #build() {
    this.#parts = build(this.attachShadow({ mode: 'open', delegatesFocus: true }));
    const { live, player, make, sound } = this.#parts;
    this.#reel = makeReel(this.#parts);
    this.#screen = makeScreen({
      live,
      player,
      tell: {
        shown: () => { show(false, this.#parts.cover); this.#paint(); },
        silenced: (yes) => show(yes, sound),
        changed: () => this.#paint(),
        ended: () => this.#ended(),
      },
    });
    make.addEventListener('click', () => this.make());
    sound.addEventListener('click', () => { live.muted = false; live.focus(); });
  }

  #meet(summary) {
    const { cover, still, make } = this.#parts;
    const picture = summary.video?.thumbnail ?? summary.poster;
    this.#summary = summary;
    this.#parts.title.textContent = summary.title;
    this.#parts.title.lang = summary.language;
    this.style.setProperty('--casecast-shape', summary.shape.replace(':', ' / '));
    if (picture) still.src = new URL(picture, `${this.site}/`).href;
    show(Boolean(picture), still);
    show(true, cover);
    if (summary.video || summary.job) return this.#watch();
    if (this.hasAttribute('autostart')) return this.make();
    this.#say('unmade', '');
    show(true, make);
  }

  #watch() {
    this.#say('waiting', 'Asking for the video');
    this.#stop = this.#server().watchVideo(this.#case, (name, data) => {
      const detail = withAddresses(data, this.site);
      this[`on_${name}`]?.(detail);
      this.dispatchEvent(new CustomEvent(name, { detail }));
    });
  }

  // --- the events of the stream ---

  on_job({ state, position }) {
    if (state === 'queued') this.#say('waiting', placeInQueue(position));
    if (state === 'running') this.#say('making', 'Starting');
  }

  on_progress({ stage, percent, etaMs }) {
    this.#eta = etaMs ?? null;
    this.#say('making', `${Math.floor(percent)} % · ${stageName(stage)}${this.#eta === null ? '' : ` · ${timeLeft(this.#eta)} left`}`);
    this.#parts.bar.value = percent;
    this.#screen.mayHaveGrown();
    this.#paint();
  }

  on_scene({ thumbnail }) {
    this.#parts.still.src = thumbnail;
    show(true, this.#parts.still);
    this.#screen.mayHaveGrown();
  }

  on_playable(data) { this.#screen.watch(data); }

  on_done(result) {
    this.#finished = result;
    dress(this.#parts.player, result, this.#summary);
    this.#screen.finish(result.video);
    if (!this.#screen.isShown()) this.#offer();
    show(false, this.#parts.cover);
    this.#say('done', '');
  }

  on_failed({ error }) { this.#end('failed', `This video could not be made: ${error}`); }

  on_canceled() { this.#end('canceled', 'Canceled'); }

  on_lost() { this.#parts.status.textContent = 'Connection lost. Trying to reconnect.'; }

  // --- what is shown ---

  #say(state, text) {
    const { bar, status } = this.#parts;
    this.setAttribute('state', state || 'loading');
    status.textContent = text;
    show(Boolean(text), status);
    show(state === 'waiting' || state === 'making', bar);
    if (state === 'waiting') bar.removeAttribute('value');
  }

  #paint() {
    if (!this.#screen.isShown()) return;
    const isWaiting = this.#screen.isWaiting();
    if (isWaiting) this.#parts.wait.textContent = stillBeingMade(this.#eta);
    show(isWaiting, this.#parts.wait);
  }

  #offer() { this.#reel.open(this.#parts.player, this.#finished); }

  #ended() {
    show(false, this.#parts.wait);
    if (this.#finished) this.#offer();
    else show(true, this.#parts.cover);
  }

  #end(state, text) {
    this.#leave();
    show(true, this.#parts.cover, this.#parts.make);
    this.#say(state, text);
  }

  #refuse(error) {
    const text = error.status ? error.message
      : `${error.message} If this page is of another site, CASECAST_ORIGINS must name it.`;
    this.#leave();
    this.#say('failed', text);
    this.dispatchEvent(new CustomEvent('failed', { detail: { error: text } }));
  }

  #leave() {
    this.#stop();
    this.#stop = () => {};
    this.#finished = null;
    this.#screen.close();
    this.#reel.close();
    undress(this.#parts.player);
    show(false, this.#parts.make, this.#parts.sound, this.#parts.wait);
  }
}

if (!customElements.get('casecast-video')) customElements.define('casecast-video', CasecastVideo);

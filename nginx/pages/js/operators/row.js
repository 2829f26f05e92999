// row.js - one job, with what may be done to it.

import { byId, make, show } from '../dom.js';
import { timeLeft } from '../text.js';
import { makeAge } from './age.js';
import { subjectOf } from './api.js';

const SURE_MS = 4000; // for the second press of a cancel

const PARTS = ['.job', '.job-subject', '.job-kind', '.job-facts', '.priority', 'output', '.lower', '.raise', '.cancel',
  '.retry', 'progress', '.job-error'];

/**
 * A row for `job` of GET /api/jobs.  Calls act(what, job, priority) for 'cancel', 'retry' and 'priority'; it returns a
 * promise.  Returns { element, article, update(job), progress(data), press(what), setPriority(n), setCurrent(yes) }.
 */
export function makeRow(job, act) {
  const element = byId('job').content.cloneNode(true).firstElementChild;
  const [article, subject, kind, facts, priority, number, lower, raise, cancel, retry, bar, error] =
    PARTS.map((which) => element.querySelector(which));
  const buttons = [lower, raise, cancel, retry];
  let now = job, fault = '', isSure = false, sureTimer, before = Promise.resolve();

  function factsOf({ state, position, createdMs, startedMs, endedMs, progress }) {
    if (state === 'queued') return [position ? `Number ${position}` : 'Waits', makeAge('queued', createdMs)];
    if (state === 'failed') return [makeAge('failed', endedMs)];
    if (state !== 'running') return [state];
    const left = timeLeft(progress?.etaMs);
    return [
      progress?.percent === undefined ? 'Running' : `${Math.floor(progress.percent)} %`,
      left === '–' ? '' : `${left} left`,
      progress?.machines > 1 ? `${progress.machines} machines` : '',
      makeAge('began', startedMs ?? createdMs),
    ];
  }

  function setSure(yes) {
    clearTimeout(sureTimer);
    isSure = yes;
    if (yes) sureTimer = setTimeout(setSure, SURE_MS, false);
    cancel.textContent = yes ? 'Cancel it now?' : 'Cancel';
    cancel.classList.toggle('sure', yes);
  }

  function paintProgress({ state, progress }) {
    show(state === 'running', bar);
    if (typeof progress?.percent === 'number') bar.value = progress.percent;
    else bar.removeAttribute('value');
  }

  function paint() {
    const name = `${subjectOf(now)}, ${now.kind}`;
    subject.textContent = subjectOf(now);
    kind.textContent = now.kind;
    article.setAttribute('aria-label', `${name}, ${now.state}`);
    bar.setAttribute('aria-label', `Progress of ${name}`);
    facts.replaceChildren(...factsOf(now).filter(Boolean)
      .map((fact) => (typeof fact === 'string' ? make('span', { textContent: fact }) : fact)),
      make('span', {}, make('code', { textContent: now.id.slice(0, 8), title: now.id })));
    number.textContent = now.priority;
    priority.setAttribute('aria-label', `Priority of ${name}`);
    lower.setAttribute('aria-label', `Lower the priority of ${name}`);
    raise.setAttribute('aria-label', `Raise the priority of ${name}`);
    retry.setAttribute('aria-label', `Retry ${name}`);
    cancel.setAttribute('aria-description', name);
    error.textContent = fault || (now.state === 'failed' ? now.error ?? '' : '');
    show(now.state === 'queued', priority);
    show(now.state === 'queued' || now.state === 'running', cancel);
    show(now.state === 'failed', retry);
    paintProgress(now);
  }

  // One after the other, in the order of the presses.
  function run(what, wanted) {
    fault = '';
    before = before.then(() => act(what, now, wanted)).then(() => {
      if (what === 'retry') retry.textContent = 'Queued again';
    }, (problem) => {
      fault = problem.message;
      if (element.isConnected) paint();
    });
  }

  const actions = {
    cancel() {
      if (isSure) run('cancel');
      setSure(!isSure);
      return isSure ? 'Press once more to cancel it' : '';
    },
    retry: () => void run('retry'),
    lower: () => row.setPriority(now.priority - 1),
    raise: () => row.setPriority(now.priority + 1),
  };

  const row = {
    element,
    article,
    job: () => now,
    update(changed) {
      now = changed;
      paint();
    },
    progress(data) {
      now = { ...now, progress: { ...now.progress, ...data } };
      paint();
    },
    /** Does what the button would do, if it is there.  Returns what a screen reader is told. */
    press(what) {
      const button = { cancel, retry, lower: priority, raise: priority }[what];
      return button.hidden ? '' : actions[what]() ?? '';
    },
    setPriority(n) {
      if (now.state !== 'queued' || n < 0 || n > 9 || n === now.priority) return;
      run('priority', n);
      row.update({ ...now, priority: n }); // the next press counts from here
    },
    /** The keyboard reaches the row, and the buttons of this row only. */
    setCurrent(yes) {
      article.tabIndex = yes ? 0 : -1;
      for (const button of buttons) button.tabIndex = yes ? 0 : -1;
      if (!yes) setSure(false);
    },
  };

  for (const [button, what] of [[cancel, 'cancel'], [retry, 'retry'], [lower, 'lower'], [raise, 'raise']]) {
    button.addEventListener('click', () => row.press(what));
  }
  row.setCurrent(false);
  paint();
  return row;
}

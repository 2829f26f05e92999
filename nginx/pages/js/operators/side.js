// side.js - the counts, the machines, the streams and the webhooks.

import { byId, make, show } from '../dom.js';
import { count } from '../text.js';
import { span } from './age.js';
import { readHooks } from './api.js';

const SHOWN = 8; // rows of a list; the rest is counted

const COUNTS = [['running', 'Running'], ['queued', 'Queued'], ['failed', 'Failed'], ['done', 'Done'], ['canceled', 'Canceled']];

function paintCounts({ jobs, viewers }) {
  const all = [...COUNTS.map(([state, label]) => [state, label, jobs[state]]), ['viewers', 'Viewers', viewers]];
  byId('counts').replaceChildren(...all.map(([name, label, n]) => make('div', { className: n ? name : 'zero' },
    make('dt', { textContent: label }), make('dd', { textContent: n.toLocaleString('en') }))));
}

function paintRows(id, rows, none) {
  const rest = rows.length - SHOWN;
  byId(id).replaceChildren(
    ...rows.slice(0, SHOWN).map((lines) => make('li', {}, ...lines.map((line) => make('p', {}, ...line.map((part) => make('span', {}, part)))))),
    ...(rest > 0 ? [make('li', { className: 'more', textContent: `and ${rest} more` })] : []),
    ...(rows.length ? [] : [make('li', { className: 'more', textContent: none })]));
}

const BAD = ['gone', 'silent'];

// The worst of its processes is what a machine is.
function stateOf(processes) {
  const worst = ['gone', 'silent', 'alive', 'stopping'].find((state) => processes.some((one) => one.state === state));
  const silent = Math.max(...processes.map(({ silentMs }) => silentMs));
  return make('span', {
    className: BAD.includes(worst) ? 'bad' : 'good',
    textContent: worst === 'silent' ? `silent for ${span(silent) || 'a moment'}` : worst,
  });
}

function paintMachines(processes) {
  const machines = Map.groupBy ? Map.groupBy(processes, ({ machine }) => machine) : new Map();
  if (!Map.groupBy) for (const one of processes) machines.set(one.machine, [...(machines.get(one.machine) ?? []), one]);
  const kindsOf = (own) => [...new Set(own.flatMap(({ kinds }) => kinds ?? ['all kinds']))].join(', ') || 'no kinds';
  paintRows('machines', [...machines].map(([name, own]) => [
    [make('strong', { textContent: name || 'without a name' }), stateOf(own)],
    [`${own.length} process${own.length === 1 ? '' : 'es'}, ${count(own[0].slots, 'slot')}`, kindsOf(own)],
  ]), 'No process is there.');
}

function paintWatched(watched) {
  paintRows('watched', watched.map(({ kind, subject, viewers }) => [
    [make('span', {}, make('strong', { textContent: subject, dir: 'auto' }), ` ${kind}`), count(viewers, 'viewer')],
  ]), 'Nobody watches a job.');
}

function paintHooks(hooks) {
  const nextOf = ({ state, nextMs }) => {
    if (state === 'given up') return make('span', { className: 'bad', textContent: 'given up' });
    return span(nextMs) ? `again in ${span(nextMs)}` : 'now';
  };
  paintRows('hooks', hooks.map((hook) => [
    [make('strong', { textContent: hook.host }), nextOf(hook)],
    [`${count(hook.attempts, 'attempt')}, event ${hook.number} of ${hook.job.slice(0, 8)}`],
    ...(hook.error ? [[hook.error]] : []),
  ]), 'No webhook waits.');
}

let after = null, following = null;

/** Reads and shows the page of webhooks. */
export async function readHookPage() {
  const page = await readHooks(after);
  if (!page.hooks.length && after) {
    after = null;
    return readHookPage();
  }
  following = page.next;
  paintHooks(page.hooks);
  show(after || following, byId('hooks-pager'));
  byId('hooks-first').disabled = !after;
  byId('hooks-next').disabled = !following;
  return undefined;
}

function turn(to) {
  after = to;
  readHookPage().catch(() => {});
}

byId('hooks-first').addEventListener('click', () => turn(null));
byId('hooks-next').addEventListener('click', () => turn(following));

/** Shows what GET /api/operators answered. */
export function paintSide(overview) {
  paintCounts(overview);
  paintMachines(overview.processes);
  paintWatched(overview.watched);
  const { waiting, givenUp } = overview.hooks;
  byId('hooks-title').textContent = waiting + givenUp ? `Webhooks: ${waiting} wait, ${givenUp} given up` : 'Webhooks';
}

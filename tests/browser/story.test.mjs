// story.test.mjs - what the storyboard knows without a page: the document, undo, two editors, and the queue of saves.
// Needs no browser: node runs the modules of the page.

import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { after, test } from 'node:test';

const folder = mkdtempSync(`${tmpdir()}/story-`); // node takes .js for modules only where a package.json says so
cpSync(new URL('../../nginx/pages/js/storyboard', import.meta.url), folder, { recursive: true });
writeFileSync(`${folder}/package.json`, '{"type": "module"}');
after(() => rmSync(folder, { recursive: true }));

const load = (name) => import(`${folder}/${name}.js`);
const { addScenes, caseOf, changeFilm, changeScene, moveScene, removeScene, sceneOf, storyOf } = await load('story');
const { align, merge, settle } = await load('merge');
const { makeHistory } = await load('history');
const { makeSaver } = await load('saver');
const { makeNewest } = await load('newest');

const CASE = { id: 'c', title: 'Day', scenes: ['a', 'b', 'c'].map((name) => ({ image: `${name}.jpg`, caption: name.toUpperCase() })) };
const captions = (story) => story.scenes.map(({ caption }) => caption ?? '').join('');
const keys = (story) => story.scenes.map(({ key }) => key);
const turn = () => new Promise((resolve) => { setImmediate(resolve); });

test('a story gives back the case, without its id and without fields that are empty', () => {
  const story = storyOf(CASE);
  assert.deepEqual(caseOf(story), { title: 'Day', scenes: CASE.scenes });
  const emptied = changeFilm(changeScene(story, keys(story)[0], { caption: undefined }), { title: '' });
  assert.deepEqual(caseOf(emptied), { scenes: [{ image: 'a.jpg' }, ...CASE.scenes.slice(1)] });
  assert.equal(captions(story), 'ABC', 'the story itself is not changed');
});

test('scenes are moved, added and removed, and stay who they are', () => {
  const story = storyOf(CASE);
  const [a, , c] = keys(story);
  assert.equal(captions(moveScene(story, c, 0)), 'CAB');
  assert.equal(captions(moveScene(story, a, 99)), 'BCA');
  assert.equal(captions(moveScene(story, a, -1)), 'ABC');
  assert.equal(captions(addScenes(story, [{ image: 'd.jpg', caption: 'D' }], 1)), 'ADBC');
  assert.equal(captions(removeScene(story, a)), 'BC');
  assert.equal(new Set(keys(addScenes(story, [{ image: 'a.jpg' }, { image: 'a.jpg' }]))).size, 5);
});

test('typing is one step of undo until a pause, and a new change ends what could be redone', () => {
  let ms = 0;
  const history = makeHistory('', () => ms);
  for (const [text, pause] of [['a', 100], ['ab', 100], ['abc', 5000], ['abcd', 100]]) {
    ms += pause;
    history.change(text, 'caption');
  }
  history.undo();
  assert.equal(history.story(), 'ab');
  history.undo();
  assert.equal(history.story(), '');
  assert.equal(history.undo(), false);
  history.redo();
  history.redo();
  assert.equal(history.story(), 'abcd');
  history.undo();
  history.change('x', 'caption');
  assert.equal(history.canRedo(), false);
});

// --- two editors

/** What the other one wrote, as the server gives it: without our keys. */
const others = (base, change) => align(base, storyOf({ id: 'c', ...caseOf(change(base)) }));

test('what only one of two changed is taken, whichever it is', () => {
  const base = storyOf(CASE);
  const [a, b, c] = keys(base);
  const mine = moveScene(changeScene(base, a, { caption: 'Mine' }), c, 0);
  const theirs = others(base, (story) => changeFilm(addScenes(changeScene(story, b, { caption: 'Theirs' }), [{ image: 'n.jpg', caption: 'N' }]), { shape: '1:1' }));
  const { story, conflicts } = merge(base, mine, theirs);
  assert.deepEqual(conflicts, []);
  assert.deepEqual(story.scenes.map(({ caption }) => caption), ['C', 'N', 'Mine', 'Theirs']);
  assert.equal(story.film.shape, '1:1');
});

test('where both changed the same, both are there to choose from', () => {
  const base = storyOf(CASE);
  const [, b] = keys(base);
  const mine = changeScene(base, b, { caption: 'Mine' });
  const theirs = others(base, (story) => changeScene(story, b, { caption: 'Theirs', narration: 'Said' }));
  const { story, conflicts } = merge(base, mine, theirs);
  assert.deepEqual(conflicts, [{ key: b, field: 'caption', mine: 'Mine', theirs: 'Theirs' }]);
  assert.equal(sceneOf(story, b).narration, 'Said');
  assert.equal(sceneOf(settle(story, conflicts[0], 'theirs'), b).caption, 'Theirs');
  assert.equal(sceneOf(settle(story, conflicts[0], 'mine'), b).caption, 'Mine');
});

test('a scene that one removed and the other changed is not lost without a choice', () => {
  const base = storyOf(CASE);
  const [, b, c] = keys(base);
  const mine = changeScene(base, b, { narration: 'Mine' });
  const theirs = others(base, (story) => removeScene(removeScene(story, b), c));
  const { story, conflicts } = merge(base, mine, theirs);
  assert.deepEqual(conflicts.map(({ key, field }) => [key, field]), [[b, 'removed']]);
  assert.equal(captions(story), 'AB', 'what nobody changed is removed');
  assert.equal(captions(settle(story, conflicts[0], 'theirs')), 'A');
  assert.equal(captions(settle(story, conflicts[0], 'mine')), 'AB');
});

test('scenes are known again by content, by picture and by place', () => {
  const base = storyOf(CASE);
  const theirs = others(base, (story) => moveScene(changeScene(story, keys(story)[2], { caption: 'New' }), keys(story)[2], 0));
  assert.deepEqual(keys(theirs), [keys(base)[2], keys(base)[0], keys(base)[1]]);
});

// --- saves

/** A server with ETags, and a clock that the test turns. */
function makeDouble(answers = []) {
  const double = { told: [], written: [], timers: [] };
  double.saver = makeSaver({
    async write(story, etag) {
      const answer = answers.shift();
      if (answer !== undefined) throw Object.assign(new Error(`${answer}`), { status: answer });
      double.written.push([story, etag]);
      return { etag: `"${double.written.length}"` };
    },
    meet: () => double.meet(),
    tell: (state) => double.told.push(state),
    later: (call) => double.timers.push(call),
    forget: () => { double.timers = []; },
  });
  double.pass = async () => {
    for (const call of double.timers.splice(0)) call();
    await turn();
  };
  double.saver.begin('first', '"0"');
  return double;
}

test('changes that follow one another are one save, with the tag of the one before', async () => {
  const double = makeDouble();
  for (const story of ['a', 'ab', 'abc']) double.saver.put(story);
  await double.pass();
  double.saver.put('abcd');
  await double.pass();
  assert.deepEqual(double.written, [['abc', '"0"'], ['abcd', '"1"']]);
  assert.equal(double.told.at(-1), 'saved');
});

test('what could not be sent is sent again, and is the newest then', async () => {
  const double = makeDouble([0, 503]);
  double.saver.put('a');
  await double.pass();
  assert.equal(double.told.at(-1), 'lost');
  double.saver.put('ab');
  await double.pass();
  await double.pass();
  assert.deepEqual(double.written, [['ab', '"0"']]);
});

test('after a 412 nothing is sent until a person has chosen', async () => {
  const double = makeDouble([412]);
  double.meet = async () => ({ story: 'merged', etag: '"9"', isClear: false });
  double.saver.put('a');
  await double.pass();
  assert.equal(double.told.at(-1), 'conflict');
  double.saver.put('more');
  await double.pass();
  assert.deepEqual(double.written, []);
  await assert.rejects(double.saver.flush());
  double.saver.resume('chosen');
  await turn();
  assert.deepEqual(double.written, [['chosen', '"9"']]);
});

test('a 412 that needs no choice is sent with what the other one wrote', async () => {
  const double = makeDouble([412]);
  double.meet = async () => ({ story: 'both', etag: '"9"', isClear: true });
  double.saver.put('a');
  await double.pass();
  await double.pass();
  assert.deepEqual(double.written, [['both', '"9"']]);
});

test('a flush waits for the newest, and fails where it is refused', async () => {
  const double = makeDouble();
  double.saver.put('a');
  await double.saver.flush();
  assert.deepEqual(double.written, [['a', '"0"']]);
  const refused = makeDouble([422]);
  refused.saver.put('a');
  await assert.rejects(refused.saver.flush(), /422/);
  refused.saver.put('b');
  await refused.saver.flush();
  assert.deepEqual(refused.written, [['b', '"0"']]);
});

// --- stills

test('a newer still ends the older one, and small ones wait for it', async () => {
  const drawn = [], ended = [], open = new Map();
  const newest = makeNewest({
    draw: (wish, signal) => new Promise((resolve, reject) => {
      open.set(wish, () => { drawn.push(wish); resolve(); });
      signal.addEventListener('abort', () => { ended.push(wish); reject(signal.reason); });
    }),
    fail: assert.fail,
  });
  newest.behind(['small 1', 'small 2']);
  newest.now('large 1');
  newest.now('large 2');
  open.get('large 2')();
  await turn();
  open.get('small 1')();
  await turn();
  open.get('small 2')();
  await turn();
  assert.deepEqual(ended, ['small 1', 'large 1']);
  assert.deepEqual(drawn, ['large 2', 'small 1', 'small 2']);
});

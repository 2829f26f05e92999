// schema.test.mjs - the schema that `casecast schema` prints for files of cases, and `casecast import`, say the same.

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { casesSchema, eventsSchema, faults, makeAjv, printed } from './schemas.mjs';

const { CONTRACT_PROGRAM: program, CONTRACT_PRIVATE: folder } = process.env;
const root = new URL('../../', import.meta.url);
const validate = makeAjv().compile(casesSchema);

/** What import says of each of `texts`, a line a mistake, beside those of files that are not there. */
function mistakesOf(texts) {
  const files = texts.map((text, i) => {
    const file = `${folder}/import-${i}.json`;
    writeFileSync(file, text);
    return file;
  });
  const lines = spawnSync(program, ['import', ...files], { encoding: 'utf8', maxBuffer: 1 << 26 }).stderr.split('\n')
    .filter((line) => !/: no such file: |: files are looked up below |: \d+ mistakes?, nothing imported$/.test(line));
  return files.map((file) => lines.filter((line) => line.replace(/^casecast: /, '').startsWith(`${file}:`)));
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Texts of files, by a name for messages. */
function* samples() {
  for (const name of ['scripts/samples/cases.json', 'tests/bench/film/cases.json']) {
    yield [name, readFileSync(new URL(name, root), 'utf8')];
  }
  const corpus = new URL('tests/fuzz/corpus/import/', root);
  for (const name of readdirSync(corpus)) yield [`corpus ${name}`, readFileSync(new URL(name, corpus), 'utf8')];
  const sources = execFileSync('git', ['ls-files', '*.md', 'tests/unit/*.c'], { cwd: root, encoding: 'utf8' });
  for (const name of sources.trim().split('\n')) yield* samplesIn(name, readFileSync(new URL(name, root), 'utf8'));
}

/** The blocks of manuals, and the texts in C that are cases. */
function* samplesIn(name, source) {
  if (name.endsWith('.md')) {
    for (const [, block] of source.matchAll(/^```json [^\n]*\n(.*?)^```/gms)) {
      if (block.includes('"cases"')) yield [name, block];
    }
    return;
  }
  for (const [literals] of source.matchAll(/"\{\\"(?:cases|id)\\"(?:[^"\\]|\\.)*"(?:\s*"(?:[^"\\]|\\.)*")*/gs)) {
    const text = [...literals.matchAll(/"((?:[^"\\]|\\.)*)"/gs)].map(([, part]) => part).join('');
    if (/\\x/.test(text)) continue; // bytes, which JavaScript reads as characters
    const json = parsed(text.replace(/\\(["\\])/g, '$1'));
    if (json?.cases) yield [name, JSON.stringify(json)];
    else if (json?.scenes) yield [name, JSON.stringify({ cases: [json] })];
  }
}

test('what import takes, the schema takes, and what the schema refuses, import refuses', () => {
  const seen = { taken: 0, refused: 0 };
  const all = [...samples()].filter(([, text]) => parsed(text) !== undefined);
  const mistakes = mistakesOf(all.map(([, text]) => text));
  all.forEach(([name, text], i) => {
    const isTaken = validate(parsed(text));
    seen[mistakes[i].length ? 'refused' : 'taken']++;
    if (!mistakes[i].length) assert.ok(isTaken, `${name}: ${faults(validate)}\n${text.slice(0, 2000)}`);
  });
  assert.ok(seen.taken >= 10 && seen.refused >= 5, JSON.stringify(seen));
});

const scene = { image: 'photo.jpg' };
const withCase = (more) => ({ cases: [{ id: '1', scenes: [scene], ...more }] });
const withScene = (more) => withCase({ scenes: [{ ...scene, ...more }] });

test('the edges are taken by both', () => {
  const right = [
    withCase({}), { $schema: 'cases.schema.json', ...withCase({}) }, { $schema: null, ...withCase({}) },
    { cases: [{ id: '1' }] }, withCase({ scenes: null }), withCase({ id: 'A-z_9'.padEnd(64, 'x') }),
    withCase({ title: 'é'.repeat(200) }), withCase({ title: '😀'.repeat(200) }), withCase({ title: ' \t\n ' }),
    withCase({ shape: '' }), withCase({ shape: null }), withCase({ size: '2160p', fps: 24 }), withCase({ fps: 60.0 }),
    withCase({ captionSize: 0 }), withCase({ captionSize: 1 }), withCase({ captionSize: 20 }),
    withCase({ captionColor: '#aBcDeF', captionBox: '#00000080' }), withCase({ captionColor: ' ' }),
    withCase({ titleCard: null, fades: false, credits: true }),
    withScene({ caption: 'a\tb\nc\r\nd' }), withScene({ caption: 'x'.repeat(5000) }), withScene({ seconds: 600 }),
    withScene({ seconds: 0 }), withScene({ focusX: 0, focusY: 1 }), withScene({ focusX: null, focusY: null }),
    withScene({ focusX: null }), withScene({ motion: 'still', fit: 'blur', transition: 'wipe' }),
    withCase({ scenes: Array(200).fill(scene) }),
  ];
  const texts = right.map((json) => JSON.stringify(json));
  const mistakes = mistakesOf(texts);
  right.forEach((json, i) => {
    assert.deepEqual(mistakes[i], [], texts[i].slice(0, 300));
    assert.ok(validate(json), `${texts[i].slice(0, 300)}: ${faults(validate)}`);
  });
});

test('what is wrong is refused by both', () => {
  const wrong = [
    [], {}, { cases: [] }, { cases: null }, { cases: {} }, { cases: [1] }, { cases: [{}] }, { case: [] },
    { $schema: 7, ...withCase({}) }, { schema: 'x', ...withCase({}) },
    withCase({ id: '' }), withCase({ id: null }), withCase({ id: 7 }), withCase({ id: 'a b' }),
    withCase({ id: 'x'.repeat(65) }), withCase({ titel: 'T' }), withCase({ $schema: 'x' }),
    withCase({ title: 'é'.repeat(201) }), withCase({ title: 'a\nb' }), withCase({ title: 'a\u0085b' }),
    withCase({ title: true }), withCase({ shape: '3:2' }), withCase({ shape: '16:9 ' }), withCase({ size: 1080 }),
    withCase({ size: '1080P' }), withCase({ fps: 23 }), withCase({ fps: '30' }), withCase({ quality: 'best' }),
    withCase({ fades: 1 }), withCase({ fades: 'yes' }), withCase({ captionSize: 0.5 }), withCase({ captionSize: 21 }),
    withCase({ captionSize: -1 }), withCase({ captionColor: '#fff' }), withCase({ captionColor: '#ffffff80' }),
    withCase({ captionBox: '#000000' }), withCase({ captionColor: ' #ffffff' }), withCase({ music: 'a\tb' }),
    withCase({ language: 'x'.repeat(33) }), withCase({ scenes: {} }), withCase({ scenes: [[]] }),
    withCase({ scenes: [{}] }), withCase({ scenes: [{ image: ' ' }] }), withCase({ scenes: Array(201).fill(scene) }),
    withScene({ image: 'x'.repeat(1001) }), withScene({ caption: 'a\u0007b' }), withScene({ caption: 'a\rb' }),
    withScene({ narration: 'x'.repeat(10001) }), withScene({ seconds: 601 }), withScene({ seconds: '4' }),
    withScene({ focusX: 0.5 }), withScene({ focusY: 0.5, focusX: null }), withScene({ focusX: -1, focusY: -1 }),
    withScene({ focusX: 0, focusY: 1.1 }), withScene({ motion: 'spin' }), withScene({ captoin: 'x' }),
  ];
  const texts = wrong.map((json) => JSON.stringify(json));
  const mistakes = mistakesOf(texts);
  wrong.forEach((json, i) => {
    assert.ok(!validate(json), `the schema takes ${texts[i].slice(0, 300)}`);
    assert.notDeepEqual(mistakes[i], [], `import takes ${texts[i].slice(0, 300)}`);
  });
});

// What JSON Schema has no words for.  The head of common/case/case_schema.h lists the same.
test('these only import refuses', () => {
  const beyond = {
    'bytes of a path': withScene({ image: 'é'.repeat(600) }),
    'a language without a voice': withCase({ language: 'tlh' }),
    'a text that the voice does not read': withCase({ language: 'ja', scenes: [{ ...scene, narration: '漢字' }] }),
    'an id twice': { cases: [{ id: '1', scenes: [scene] }, { id: '1', scenes: [scene] }] },
    'scenes that last too long together': withCase({ scenes: Array(13).fill({ ...scene, seconds: 600 }) }),
    'a font that is not there': withCase({ captionFont: 'No Such Font' }),
  };
  for (const [what, json] of Object.entries(beyond)) {
    assert.ok(validate(json), `${what}: ${faults(validate)}`);
    assert.notDeepEqual(mistakesOf([JSON.stringify(json)]), [[]], what);
  }
});

test('and these only the schema refuses', () => {
  for (const json of [withCase({ title: ' '.repeat(201) }), withScene({ caption: 'a\r\n'.repeat(2000) })]) {
    assert.ok(!validate(json));
    assert.deepEqual(mistakesOf([JSON.stringify(json)]), [[]]);
  }
});

test('each field is described', () => {
  for (const { properties } of [casesSchema.$defs.case, casesSchema.$defs.scene, ...Object.values(eventsSchema.$defs)]) {
    for (const [name, { description }] of Object.entries(properties)) assert.ok(description, name);
  }
});

test('the schema of one event is that of all events', () => {
  for (const [name, schema] of Object.entries(eventsSchema.$defs)) {
    const { $schema, title, ...one } = printed(name);
    assert.equal($schema, eventsSchema.$schema);
    assert.equal(title, name);
    assert.deepEqual(one, schema);
  }
  const { status, stderr } = spawnSync(program, ['schema', 'nothing'], { encoding: 'utf8' });
  assert.equal(status, 64);
  assert.match(stderr, /there is no event "nothing": name one of events, job, /);
});

// frames.mjs - holds the frames that other tests have kept (tests/kit/frames.mjs) against fcgi/openapi.yaml.  Ends with
// `N passed, N failed`; the frames of one path are a test.
//
//     node frames.mjs FOLDER

import { readdirSync, readFileSync } from 'node:fs';
import { StreamCheck, streamPath } from './document.mjs';

const MOST_SHOWN = 5; // faults of a path
const [folder] = process.argv.slice(2);
const paths = new Map();

function take({ path, kind, ...item }) {
  const known = streamPath(path);
  if (!known) return;
  if (!paths.has(known)) paths.set(known, { check: new StreamCheck(known), n: 0, faults: [] });
  const seen = paths.get(known);
  seen.n++;
  seen.check.kind = kind ?? 'video'; // a refusal, which has no job, is the same in both
  try {
    seen.check.take(item);
  } catch (error) {
    seen.faults.push(error.message);
  }
}

for (const name of readdirSync(folder)) {
  const text = readFileSync(`${folder}/${name}`, 'utf8');
  for (const line of text.slice(0, text.lastIndexOf('\n') + 1).split('\n')) if (line) take(JSON.parse(line));
}
let failed = paths.size ? 0 : 1;
if (!paths.size) console.log(`not ok - ${folder} holds frames`);
for (const [path, { n, faults }] of paths) {
  if (faults.length) failed++;
  console.log(`${faults.length ? 'not ok' : 'ok'} - ${path}: ${n} frames, ${faults.length} that the document lacks`);
  for (const fault of faults.slice(0, MOST_SHOWN)) console.log(`    ${fault}`);
}
console.log(`${Math.max(paths.size - failed, 0)} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;

// client.mjs - makes the types of nginx/client from the document, the script that the pages load, and <casecast-video>.
//
//     node client.mjs FOLDER-OF-TYPES FOLDER-OF-THE-SCRIPT

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { document } from './document.mjs';

const module = (name) => fileURLToPath(new URL(`node_modules/.bin/${name}`, import.meta.url));
const pages = fileURLToPath(new URL('../../nginx/pages', import.meta.url));
const source = fileURLToPath(new URL('../../nginx/client', import.meta.url));

/** The types of the document: nginx/client/api.d.ts. */
export function makeTypes(folder) {
  const work = mkdtempSync(`${tmpdir()}/casecast-types-`);
  try {
    writeFileSync(`${work}/api.json`, JSON.stringify(document));
    execFileSync(module('openapi-typescript'), [`${work}/api.json`, '-o', `${folder}/api.d.ts`], { stdio: 'pipe' });
  } finally {
    rmSync(work, { recursive: true });
  }
}

/** The script of nginx/client/client.ts, whose types are checked: nginx/pages/js/client.js. */
export function makeScript(folder) {
  execFileSync(module('tsc'), ['-p', source, '--outDir', folder], { stdio: 'pipe' });
}

/** <casecast-video> and its modules in one file: nginx/pages/casecast-video.js.  The program is Debian's esbuild. */
export function makeElement(folder) {
  execFileSync('esbuild', [`${pages}/js/element/element.js`, '--bundle', '--format=esm', '--charset=utf8', '--minify-whitespace',
    '--target=chrome110,firefox115,safari16.4', '--log-level=error', `--outfile=${folder}/casecast-video.js`,
    '--banner:js=// casecast-video.js - made from js/element/element.js by tests/contract/run --make. GPL-3.0-or-later.']);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  makeTypes(process.argv[2]);
  makeScript(process.argv[3]);
  makeElement(pages);
}

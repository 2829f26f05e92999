// client.mjs - makes the types of nginx/client from the document, and the script that the pages load.
//
//     node client.mjs FOLDER-OF-TYPES FOLDER-OF-THE-SCRIPT

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { document } from './document.mjs';

const module = (name) => fileURLToPath(new URL(`node_modules/.bin/${name}`, import.meta.url));
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

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  makeTypes(process.argv[2]);
  makeScript(process.argv[3]);
}

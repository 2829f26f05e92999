// words.mjs - counts the words of a text, which comes as the request's input.
import { readFileSync } from 'node:fs';

const { input } = JSON.parse(readFileSync(0, 'utf8'));
const words = input.text.split(/\s+/).filter(Boolean);

for (const [n, word] of words.entries()) console.log(JSON.stringify({ event: 'word', n: n + 1, word }));
console.log(JSON.stringify({ result: { words: words.length } }));

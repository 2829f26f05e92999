// example.js - shows the code of an example beside it, from the file that runs.

const TOKENS = new RegExp([
  /(?<comment>\/\/.*)/,
  /(?<string>'[^'\n]*'|`[^`]*`)/,
  /\b(?<word>const|let|new|if|else|true|false|return)\b/,
].map((part) => part.source).join('|'), 'g');

function coloured(text) {
  const pieces = [];
  let from = 0;
  for (const match of text.matchAll(TOKENS)) {
    const [kind] = Object.entries(match.groups).find(([, found]) => found);
    const piece = document.createElement('span');
    piece.className = kind;
    piece.textContent = match[0];
    pieces.push(text.slice(from, match.index), piece);
    from = match.index + match[0].length;
  }
  return [...pieces, text.slice(from)];
}

for (const code of document.querySelectorAll('code[data-source]')) {
  fetch(code.dataset.source)
    .then((answer) => answer.text())
    .then((text) => code.replaceChildren(...coloured(text.trimEnd())))
    .catch(() => { code.textContent = code.dataset.source; });
}

// draft.js - what is not on the server yet, kept in this browser, so that a closed tab or a lost connection takes no word.

const nameOf = (id) => `casecast-story-${id ?? 'new'}`;

/** { base, etag, story }, or null: everything was saved. */
export function readDraft(id) {
  try {
    return JSON.parse(localStorage.getItem(nameOf(id)));
  } catch {
    return null;
  }
}

/** False: this browser keeps nothing (it is full, or forbids it). */
export function keepDraft(id, draft) {
  try {
    localStorage.setItem(nameOf(id), JSON.stringify(draft));
    return true;
  } catch {
    return false;
  }
}

export function dropDraft(id) {
  try {
    localStorage.removeItem(nameOf(id));
  } catch { /* it kept nothing */ }
}

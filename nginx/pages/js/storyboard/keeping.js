// keeping.js - the story on the server, in this browser while it is not there yet, and in the hands of another editor.

import { readCase, writeCase } from './api.js';
import { dropDraft, keepDraft, readDraft } from './draft.js';
import { align, merge } from './merge.js';
import { makeSaver } from './saver.js';
import { caseOf, storyOf } from './story.js';

/**
 * `on` has: story() with the story that is shown; rebase(into), which takes another's changes into it and into every
 * step of its history; conflicts(list), for a person to choose, after which resume() goes on; named(id) of a new case;
 * tell(state, error) as in saver.js.  Returns { open(id), changed(), resume(), again(), flush(), id(), isUnsaved() }.
 */
export function makeKeeping(on) {
  let id = null, base = storyOf(), etag = null;

  async function write(story, tag) {
    const sent = await writeCase(id, caseOf(story), tag);
    if (id === null) {
      dropDraft(null);
      id = sent.json.id;
      on.named(id);
    }
    base = align(story, storyOf(sent.json));
    etag = sent.etag;
    return sent;
  }

  async function readOther() {
    try {
      const { json, etag: tag } = await readCase(id);
      return { theirs: align(base, storyOf(json)), tag };
    } catch (error) {
      if (error.status !== 404) throw error;
      return { theirs: base, tag: null }; // it was removed: it is written anew
    }
  }

  async function meet() {
    const { theirs, tag } = await readOther();
    const was = base;
    const { conflicts } = merge(was, on.story(), theirs);
    on.rebase((story) => merge(was, story, theirs).story);
    base = theirs;
    etag = tag;
    keep();
    if (conflicts.length) on.conflicts(conflicts);
    return { story: on.story(), etag: tag, isClear: !conflicts.length };
  }

  const keep = () => keepDraft(id, { base, etag, story: on.story() });

  const saver = makeSaver({
    write,
    meet,
    tell(state, error) {
      if (state === 'saved') dropDraft(id);
      on.tell(state, error);
    },
  });

  return {
    /** The story of the case, or of the draft of a new one. */
    async open(wanted) {
      id = wanted;
      const draft = readDraft(id);
      if (draft) ({ base, etag } = draft);
      else if (id !== null) {
        const { json, etag: tag } = await readCase(id);
        [base, etag] = [storyOf(json), tag];
      }
      saver.begin(base, etag);
      return draft?.story ?? base;
    },

    /** False: this browser keeps nothing. */
    changed() {
      if (on.story() === base) return true; // as it was opened
      const isKept = keep();
      saver.put(on.story());
      return isKept;
    },

    resume() {
      keep();
      saver.resume(on.story());
    },

    again: saver.again,
    flush: saver.flush,
    id: () => id,
    isUnsaved: () => saver.state() !== 'saved',
  };
}

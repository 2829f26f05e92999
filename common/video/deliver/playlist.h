/* playlist.h - the text of a live playlist, which only grows.  One thread at a time.
 *
 * Whoever writes it to its file writes all of it over what stands there, from the first byte on:
 * the same video gives the same text, so a run that was believed dead, or whose write was delayed
 * by the network, writes the bytes that are there already, and takes none away from a text that has
 * grown since (outdir_grow()).
 *
 * A reader may see a part of a write, which ends with a page of the file.  So no entry crosses the
 * end of a page: a comment fills what is left of it. */
#pragma once

#include "base/buf.h"

enum { PLAYLIST_PAGE = 4096 }; /* bytes: the smallest pages of memory */

/* Adds the lines before the first piece.  `piece_max_s`: seconds of the longest piece; `init`: the
 * file with the headers.  `text` is empty, and the caller's. */
void playlist_begin(struct buf *text, int piece_max_s, const char *init);
void playlist_add(struct buf *text, double seconds, const char *piece);
void playlist_end(struct buf *text);

/* spoken.h - the part of a narration that is spoken.  Any thread.
 *
 * Narrations hold Markdown and addresses of pages, as people write for readers.  The voice skips
 * the marks and speaks the host of an address.  Captions show the text as it was written. */
#pragma once

/* "See **our** [site](https://x.org/a): https://www.x.org/b?c" gives "See our site: x.org".
 * Headings and items of lists end with a full stop, at which the voice pauses.  The result holds no
 * command to espeak-ng ("[[" begins phonemes).  `text` is valid UTF-8, and so is the result, which
 * the caller frees. */
char *spoken_of(const char *text);

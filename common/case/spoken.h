/* spoken.h - what of a narration is said.  Any thread.
 *
 * People write for readers: with the marks of Markdown, with addresses of pages.  Read aloud, the
 * marks are nothing and an address is the name of its site.  What is shown stays as it was written.
 */
#pragma once

/* "See **our** [site](https://x.org/a): https://www.x.org/b?c" gives "See our site: x.org".
 * Headings and items of lists end as sentences do, for a voice rests there.  Nothing in it is a
 * command to espeak-ng ("[[" begins its phonemes).  `text` is valid UTF-8, as is the result, the
 * caller's. */
char *spoken_of(const char *text);

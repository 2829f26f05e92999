/* language.h - a language's name for media files and for fonts.  Any thread.
 *
 * Of a case's language, as voice.h takes it.
 *
 * Room: languages, their phrases, their directions and the fonts of this machine.
 * May use: base, case, video/kept.
 * Used by: video, video/deliver, video/draw, video/film, video/text, video/voice. */
#pragma once

/* The three letters of ISO 639-2/T ("eng", as MP4 wants them); "und" if nobody knows. */
void language_code(const char *language, char ret_code[static 4]);

enum { LANGUAGE_TAG_MAX = 48 };
/* A tag of BCP 47, by which fonts choose the forms of their letters: "en-gb", "sr-latn", "zh-tw".
 */
void language_tag(const char *language, char ret_tag[static LANGUAGE_TAG_MAX]);

/* language.h - the names of a case's language in media files and for fonts.
 *
 * `language` is what voice.h accepts: "en", "pt-BR", "zh-Hant", "en+f3".
 *
 * Thread-safety: any thread.
 *
 * Room: languages, their phrases, their directions and the fonts of this machine.
 * May use: base, case, video/kept, video/sealed.
 * Used by: video, video/deliver, video/draw, video/film, video/text, video/voice. */
#pragma once

/* Its three-letter code of ISO 639-2/T ("eng"), which MP4 uses; "und" if it has none. */
void language_code(const char *language, char ret_code[static 4]);

enum { LANGUAGE_TAG_MAX = 48 };
/* Its tag of BCP 47, in small letters, by which fonts choose the forms of their letters: "en-gb",
 * "sr-latn", "zh-tw". */
void language_tag(const char *language, char ret_tag[static LANGUAGE_TAG_MAX]);

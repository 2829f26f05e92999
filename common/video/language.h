/* language.h - a language's name in a media file.  Any thread. */
#pragma once

/* The three letters of ISO 639-2/T ("eng", as MP4 wants them) for what espeak-ng calls a voice
 * ("en-gb", "cmn", "en+f3"); "und" if nobody knows. */
void language_code(const char *voice, char ret_code[static 4]);

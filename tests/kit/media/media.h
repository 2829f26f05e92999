/* media.h - makes pictures, sounds and folders for tests.  A failure fails the running Check test.
 * One thread at a time, except media_write() and media_read(). */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Creates an empty folder and returns its path; media_folder_remove() removes it with its content
 * and frees the path. */
char *media_folder(void);
void media_folder_remove(char *folder);

void media_write(const char *folder, const char *name, const void *data, size_t len);
/* Reads a whole file; the caller frees `*ret_data`. */
void media_read(const char *folder, const char *name, uint8_t **ret_data, size_t *ret_len);

/* --- each function below writes the file `name` to `folder`; sizes are in pixels --- */

/* Four quarters: red and green above, blue and white below.  `encoder` and `layout` are libav's
 * names ("mjpeg", "yuvj420p"). */
void media_picture(const char *folder, const char *name, const char *encoder, const char *layout,
    int width, int height);

/* An animation whose first frame is that picture, and whose next two are black.  `muxer` and
 * `encoder` are libav's names ("webp", "libwebp_anim"). */
void media_animation(const char *folder, const char *name, const char *muxer, const char *encoder,
    const char *layout, int width, int height);

/* A red PNG with an alpha of one half; `layout` is "rgba", "rgba64be" or "pal8". */
void media_half_clear(const char *folder, const char *name, const char *layout);

/* A PNG of width × height pixels of three bytes each. */
void media_rgb(const char *folder, const char *name, const uint8_t *pixels, int width, int height);

/* The four quarters as an interlaced PNG. */
void media_interlaced(const char *folder, const char *name, int width, int height);

/* A JPEG of noise, which is the hardest picture to encode. */
void media_noise(const char *folder, const char *name, int width, int height);

/* The JPEG `from` with an EXIF orientation, as `to`. */
void media_turn(const char *folder, const char *from, const char *to, int orientation);

/* A WAV of 16 bits with a tone of 440 Hz; `amplitude` 1 is full scale, 0 silence. */
void media_wav(
    const char *folder, const char *name, int rate, int channels, double seconds, double amplitude);

/* A stereo tone of 440 Hz, 48 kHz, amplitude 0.5.  `muxer` and `encoder` are libav's names ("mp3",
 * "libmp3lame"). */
void media_sound(
    const char *folder, const char *name, const char *muxer, const char *encoder, double seconds);

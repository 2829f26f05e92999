/* media.h - pictures, sounds and broken files for tests, made on the spot.  Failures end the test.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* A new empty folder; media_folder_remove() takes it away with all that is in it. */
char *media_folder(void);
void media_folder_remove(char *folder);

void media_write(const char *folder, const char *name, const void *data, size_t len);
/* The caller frees `*ret_data`. */
void media_read(const char *folder, const char *name, uint8_t **ret_data, size_t *ret_len);

/* Four quarters: red and green above, blue and white below.  `encoder` and `layout` are libav's
 * names ("mjpeg", "yuvj420p"). */
void media_picture(const char *folder, const char *name, const char *encoder, const char *layout,
    int width, int height);

/* The same as the first picture of an animation; the second is black.  By libav's muxer and encoder
 * ("webp", "libwebp_anim"). */
void media_animation(const char *folder, const char *name, const char *muxer, const char *encoder,
    const char *layout, int width, int height);

/* A PNG all of red that lets half of the light through; `layout` is rgba, rgba64be or pal8. */
void media_half_clear(const char *folder, const char *name, const char *layout);

/* A PNG of these pixels, three bytes each. */
void media_rgb(const char *folder, const char *name, const uint8_t *pixels, int width, int height);

/* The same four quarters as an interlaced PNG. */
void media_interlaced(const char *folder, const char *name, int width, int height);

/* A JPEG of noise: the hardest there is to encode. */
void media_noise(const char *folder, const char *name, int width, int height);

/* The JPEG `from` with an EXIF orientation, as `to`. */
void media_turn(const char *folder, const char *from, const char *to, int orientation);

/* A tone of 440 Hz as WAV, 16 bits: `amplitude` of 1 is full scale, 0 is silence. */
void media_wav(
    const char *folder, const char *name, int rate, int channels, double seconds, double amplitude);

/* The same by one of libav's muxers and encoders ("mp3", "libmp3lame"). */
void media_sound(
    const char *folder, const char *name, const char *muxer, const char *encoder, double seconds);

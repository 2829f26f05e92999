/* product.h - what was made, in the hidden folder of a target, and how it gets its place.  Main
 * thread. */
#pragma once

#include "cli/film/target.h"
#include "video/video.h"

/* The name of the film in the hidden folder. */
extern const char product_file[];

/* Zeroed: nothing yet. */
struct product {
    struct video_result video;
    char *captions, *poster; /* names in the hidden folder; NULL: there is none */
    struct video_chapter *chapters;
    int n_chapters;
};
void product_clear(struct product *product);

/* Gives the film its place, and what is wanted beside it. */
int product_publish(
    const struct product *product, const struct target *target, off_t *ret_size, struct error *err);

/* Prints what was made; nothing where the film went to standard output. */
void product_tell(const struct product *product, const char *path, off_t size, int64_t took_ms);

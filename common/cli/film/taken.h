/* taken.h - when a picture was taken, as its EXIF data says.  Any thread. */
#pragma once

enum { TAKEN_LEN = 19 }; /* "2024:05:01 12:00:00" */

/* Finds DateTimeOriginal, else DateTime, in a JPEG, PNG, WebP or HEIF beneath `root_fd`; "": it has
 * none, or can't be read.  The text sorts as the time does. */
void taken_read(int root_fd, const char *name, char ret_taken[static TAKEN_LEN + 1]);

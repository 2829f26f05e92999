/* senders.h - how much was sent, in all and by each client.  What waits for its next piece counts
 * with what has arrived of it.  It is counted anew each time: so all processes agree, and nothing
 * drifts.  Any thread. */
#pragma once

#include "sent/sent.h"

/* Bytes in all. */
int64_t senders_bytes(int folder_fd);

/* Bytes of the files that this client has sent, whoever else has sent them, too, but for the one
 * with this digest.  `client`: any text. */
int64_t senders_bytes_without(int folder_fd, const char *client, const char *digest);

/* This client has sent that file, or begun to.  SENT_E_FULL, -ERR_IO. */
int senders_note(int folder_fd, const char *client, const char *digest, struct error *err);

/* The file is gone: nobody has sent it. */
void senders_forget(int folder_fd, const char *digest);

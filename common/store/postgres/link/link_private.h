/* link_private.h - what connect.c and link.c share: errors, and waiting for the socket (wire.c). */
#pragma once

#include "store/postgres/link/link.h"

/* libpq's and the server's message: one line, without the lines that quote the statement. */
int link_refuse(
    const struct pg_link *link, enum err_code code, const char *message, struct error *err);

/* The connection is of no more use: drops it, and returns -ERR_BUSY. */
int link_lose(struct pg_link *link, const char *why, struct error *err);
void link_drop(struct pg_link *link);

/* 1: `events` are there; 0: the deadline is over; -1: poll() failed. */
int link_poll(const struct pg_link *link, short events, int64_t until_ms);

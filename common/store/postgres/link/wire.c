/* wire.c - see link_private.h. */
#include <errno.h>
#include <poll.h>
#include <string.h>

#include "base/clock.h"
#include "store/postgres/link/link_private.h"

static const char link_public_text[] =
    "the database can't be used now: its operator finds the reason in the log";

void link_drop(struct pg_link *link)
{
    PQfinish(link->connection);
    link->connection = NULL;
}

int link_refuse(
    const struct pg_link *link, enum err_code code, const char *message, struct error *err)
{
    size_t len = strcspn(message, "\n");
    int rc = error_set(err, code, "%s: %.*s", link->name, (int)len, message);

    if (err)
        err->public_text = link_public_text;
    return rc;
}

int link_lose(struct pg_link *link, const char *why, struct error *err)
{
    int rc = link_refuse(link, ERR_BUSY, why, err);

    link_drop(link);
    return rc;
}

int link_poll(const struct pg_link *link, short events, int64_t until_ms)
{
    struct pollfd poll_fd = {.fd = PQsocket(link->connection), .events = events};
    int64_t left_ms;
    int n;

    do {
        left_ms = until_ms - clock_monotonic_ms();
        n = poll(&poll_fd, 1, left_ms > 0 ? (int)left_ms : 0);
    } while (n < 0 && errno == EINTR);
    return n;
}

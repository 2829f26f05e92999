/* fork_order.h - orders to the fork server (fork_server.h) of this process.  Any thread. */
#pragma once

#include <sys/types.h>

#include "video/sealed/sealed.h"

/* Set in the fork server and in all that it forks. */
#define FORK_MARK "CASECAST_SEALED"
#define FORK_SERVER_ARGUMENT "--fork-server"

enum { FORK_ROLE = 16 };

/* A message with the new process's end of its socket pair; the lines of its environment follow, in
 * a long message, each with its NUL. */
struct fork_order {
    char role[FORK_ROLE];
    bool is_required;
};

/* What comes through that end first of all: the number of the process, from itself, or -errno, from
 * the server. */
typedef pid_t fork_answer;

/* Orders a process, which gets `its_end`.  Starts the server where there is none. -ERR_LIMIT: it
 * can't be started. */
int fork_order(const struct sealed_role *role, bool is_required, int its_end, struct error *err);

/* The next order starts a new server. */
void fork_order_forget(void);

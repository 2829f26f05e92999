/* quota.h - how much may be sent: CASECAST_FILES_MIB in all, CASECAST_FILES_MIB_CLIENT by one
 * client (request_client(); trusted addresses are not counted).  Files that are sent in the same
 * moment don't see each other, so a limit may be passed by these.  The responder's own thread. */
#pragma once

#include "request/request.h"

/* May the file with this digest, of so many bytes, be kept?  If it is there already, it may. False:
 * the request was answered:
 *     413   the file alone is more than a limit: it can never be sent
 *     507   in all there would be more (RFC 4331, 6: a quota): only an operator can change that
 *     429   of this client there would be more: what it does not use goes after a day */
bool quota_admit(struct request *request, int folder_fd, const char *digest, int64_t bytes);

/* The client has sent that file, or begun to.  False: the request was answered. */
bool quota_note(struct request *request, int folder_fd, const char *digest);

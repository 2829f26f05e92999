/* request.c - see request.h. */
#include "request/request.h"

#include "request/server.h"

const char *request_param(const struct request *request, const char *name)
{
    const char *value = FCGX_GetParam(name, request->fcgx->envp);

    return value ? value : "";
}

const char *request_address(const struct request *request)
{
    const char *address = request_param(request, "HTTP_X_REAL_IP");

    return *address ? address : request_param(request, "REMOTE_ADDR");
}

void request_client(const struct request *request, char ret_client[static REQUEST_CLIENT_MAX])
{
    limits_household(request_address(request), ret_client);
}

const char *request_headers(const struct request *request)
{
    return request->headers.data ? request->headers.data : "";
}

int store_keep_open(struct store **store, const char *jobs, const char *cases, struct error *err)
{
    if (*store && (store_is_adrift(*store) || store_is_cut(*store)))
        store_keep_none(store);
    return *store ? 0 : store_open_again(jobs, cases, store, err);
}

void store_keep_none(struct store **store)
{
    store_close(*store);
    *store = NULL;
}

int request_store(struct request *request, struct store **ret_store, struct error *err)
{
    const struct config *config = request->server->config;
    int rc = store_keep_open(request->store, config->database, config->cases, err);

    if (rc == 0)
        *ret_store = *request->store;
    return rc;
}

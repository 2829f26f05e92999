/* hook_list.c - the webhooks that wait for their receiver, or were given up, page by page.  Without
 * their URLs, which may hold tokens. */
#include <inttypes.h>

#include "base/text.h"
#include "operators/operators.h"
#include "request/answer.h"
#include "store/hooks.h"

enum { HOOKS_SHOWN = 20, HOOKS_MOST = 100 };

struct hook_page {
    json_t *hooks;
    int64_t last; /* number of the last hook in it */
    int room;
    bool is_cut; /* there are more */
};

static void hook_list_add(void *ctx, const struct hook_row *row)
{
    struct hook_page *page = ctx;

    page->is_cut = page->room == 0;
    if (page->is_cut)
        return;
    page->room--;
    page->last = row->number;
    json_array_append_new(page->hooks,
        json_pack("{s:s, s:s, s:s, s:s, s:I, s:i, s:o, s:s?}", "id", row->id, "job", row->job_id,
            "host", row->host, "state", row->is_given_up ? "given up" : "waiting", "number",
            (json_int_t)row->seq, "attempts", row->attempts, "nextMs",
            row->is_given_up ? json_null() : json_integer(row->next_ms > 0 ? row->next_ms : 0),
            "error", row->error));
}

static int hook_list_read(struct request *request, struct hook_page *page, struct error *err)
{
    long long limit, after = 0;
    const struct argument *cursor = arguments_find(&request->arguments, "after");
    struct store *store;
    int rc =
        arguments_number(&request->arguments, "limit", 1, HOOKS_MOST, HOOKS_SHOWN, &limit, err);

    if (rc == 0 && cursor && !text_number(cursor->value, 1, INT64_MAX, &after))
        rc = error_set(err, ERR_INPUT,
            "after \"%.40s\": must be the member `next` of an earlier list", cursor->value);
    if (rc == 0)
        rc = request_store(request, &store, err);
    if (rc != 0)
        return rc;
    page->room = (int)limit;
    return store_hook_each(store, after, page->room + 1, hook_list_add, page, err);
}

void operators_hooks(struct request *request)
{
    struct hook_page page = {.hooks = json_array()};
    char cursor[24];
    struct error err;
    int rc = hook_list_read(request, &page, &err);

    snprintf(cursor, sizeof cursor, "%" PRId64, page.last);
    if (rc == 0)
        answer_json(request, 200,
            json_pack("{s:O, s:s?}", "hooks", page.hooks, "next", page.is_cut ? cursor : NULL));
    else
        answer_error(request, &err);
    json_decref(page.hooks);
}

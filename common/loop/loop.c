/* loop.c - a list of mails under a lock, and an async handle that wakes the loop. */
#include "loop/loop.h"

#include <assert.h>

void loop_deliver(struct loop *loop)
{
    struct link mails;

    list_init(&mails);
    pthread_mutex_lock(&loop->lock);
    list_splice(&mails, &loop->posted);
    loop->is_awake = false;
    pthread_mutex_unlock(&loop->lock);

    while (!list_is_empty(&mails)) {
        struct mail *mail = list_item(mails.next, struct mail, link);

        list_remove(&mail->link);
        mail->deliver(mail);
    }
}

static void loop_on_wake(uv_async_t *wake)
{
    loop_deliver(wake->data);
}

void loop_init(struct loop *loop)
{
    int rc;

    list_init(&loop->posted);
    loop->is_awake = false;
    pthread_mutex_init(&loop->lock, NULL);
    /* These fail only without descriptors or memory at the start of the process: nothing runs then.
     */
    rc = uv_loop_init(&loop->uv) || uv_async_init(&loop->uv, &loop->wake, loop_on_wake);
    assert(!rc);
    (void)rc;
    loop->wake.data = loop;
}

void loop_deinit(struct loop *loop)
{
    int rc;

    loop_deliver(loop);
    uv_close((uv_handle_t *)&loop->wake, NULL);
    uv_run(&loop->uv, UV_RUN_DEFAULT);
    rc = uv_loop_close(&loop->uv);
    assert(!rc);
    (void)rc;
    pthread_mutex_destroy(&loop->lock);
}

void loop_post(struct loop *loop, struct mail *mail, void (*deliver)(struct mail *mail))
{
    bool must_wake;

    mail->deliver = deliver;
    pthread_mutex_lock(&loop->lock);
    list_append(&loop->posted, &mail->link);
    must_wake = !loop->is_awake;
    loop->is_awake = true;
    pthread_mutex_unlock(&loop->lock);
    if (must_wake)
        uv_async_send(&loop->wake);
}

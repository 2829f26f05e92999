/* list.h - a doubly linked ring whose links are fields of the items.  A head is a link of its own;
 * a link in no list points at itself.  A list belongs to one thread at a time. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct link {
    struct link *prev, *next;
};

/* The item whose field `field` is `link`. */
#define list_item(link, type, field) ((type *)((char *)(link)-offsetof(type, field)))
#define list_each(at, head) for (struct link *at = (head)->next; at != (head); at = at->next)
/* The same, where the body may remove `at`. */
#define list_each_safe(at, head)                                                                   \
    for (struct link *at = (head)->next, *at##_next = at->next; at != (head);                      \
         at = at##_next, at##_next = at->next)

static inline void list_init(struct link *link)
{
    link->prev = link->next = link;
}

static inline bool list_is_empty(const struct link *head)
{
    return head->next == head;
}

/* Put `link`, which is in no list, at the end. */
static inline void list_append(struct link *head, struct link *link)
{
    link->prev = head->prev;
    link->next = head;
    head->prev->next = link;
    head->prev = link;
}

/* A link in no list may be removed again. */
static inline void list_remove(struct link *link)
{
    link->prev->next = link->next;
    link->next->prev = link->prev;
    list_init(link);
}

/* Move all of `from` to the end of `to`, in order. */
static inline void list_splice(struct link *to, struct link *from)
{
    if (list_is_empty(from))
        return;
    from->next->prev = to->prev;
    to->prev->next = from->next;
    from->prev->next = to;
    to->prev = from->prev;
    list_init(from);
}

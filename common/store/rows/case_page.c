/* case_page.c - see case_page.h. */
#include "store/rows/case_page.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/text.h"
#include "case/case_check.h"

/* A case of the page; its texts belong to it. */
struct page_case {
    char *id, *title, *language;
    enum case_shape shape;
    int64_t n_scenes;
};

struct case_page {
    const struct case_filter *filter;
    json_t *found; /* by id: the words that the captions of a case hold */
    struct page_case *cases;
    size_t n, room;
    int n_bad;
};

struct case_page *case_page_new(const struct case_filter *filter)
{
    struct case_page *page = mem_new(struct case_page);

    page->filter = filter;
    page->found = json_object();
    return page;
}

static void page_case_free(const struct page_case *one)
{
    free(one->id);
    free(one->title);
    free(one->language);
}

void case_page_free(struct case_page *page)
{
    for (size_t i = 0; i < page->n; i++)
        page_case_free(&page->cases[i]);
    free(page->cases);
    json_decref(page->found);
    free(page);
}

static bool page_is_behind(const struct case_page *page, const char *id)
{
    return !page->filter->after || text_compare_naturally(id, page->filter->after) > 0;
}

/* --- the search --- */

static uint64_t page_found(const struct case_page *page, const char *id)
{
    return (uint64_t)json_integer_value(json_object_get(page->found, id));
}

static void page_note_words(struct case_page *page, const char *id, const char *caption)
{
    uint64_t words = case_search_words(page->filter->search, caption);

    if (words)
        json_object_set_new(
            page->found, id, json_integer((json_int_t)(page_found(page, id) | words)));
}

/* A stranger's scenes may have any ids: those that name no case are dropped at once. */
void case_page_add_caption(
    struct case_page *page, const struct cell *case_id, const struct cell *caption)
{
    char *id = cell_id(case_id), *text = cell_caption(caption);

    if (id && text && case_id_check(id, NULL) == 0 && page_is_behind(page, id))
        page_note_words(page, id, text);
    free(text);
    free(id);
}

static bool page_is_hit(const struct case_page *page, const struct case_summary *summary)
{
    const struct case_search *search = page->filter->search;

    return !search || case_search_is_hit(search, case_search_words(search, summary->title) |
                                                     page_found(page, summary->id));
}

/* --- the cases --- */

static int page_compare(const void *a, const void *b)
{
    const struct page_case *one = a, *other = b;

    return text_compare_naturally(one->id, other->id);
}

/* Of two rows with the same id one stays, so that a page never ends between them. */
void case_page_sort(struct case_page *page)
{
    size_t most = page->filter->most ? (size_t)page->filter->most : SIZE_MAX, n = 0;

    if (page->n)
        qsort(page->cases, page->n, sizeof *page->cases, page_compare);
    for (size_t i = 0; i < page->n; i++) {
        bool is_double = n > 0 && page_compare(&page->cases[n - 1], &page->cases[i]) == 0;

        if (is_double || n == most)
            page_case_free(&page->cases[i]);
        else
            page->cases[n++] = page->cases[i];
    }
    page->n = n;
}

/* What is beyond a page is cut off whenever there are twice as many as it may have. */
static void page_make_room(struct case_page *page)
{
    if (page->filter->most && page->n == 2 * (size_t)page->filter->most)
        case_page_sort(page);
    if (page->n < page->room)
        return;
    page->room = 2 * page->room + 16;
    page->cases = mem_grow(page->cases, page->room, sizeof *page->cases);
}

static void page_take(struct case_page *page, const struct case_summary *summary)
{
    page_make_room(page);
    page->cases[page->n++] = (struct page_case){.id = mem_copy(summary->id),
        .title = mem_copy(summary->title),
        .language = mem_copy(summary->language),
        .shape = summary->shape};
}

void case_page_add(struct case_page *page, struct cell (*cell_at)(void *row, int column), void *row)
{
    struct case_record *record = mem_new(struct case_record);
    struct case_summary summary;

    if (!case_row_summarize(record, cell_at, row, &summary))
        page->n_bad++;
    else if (page_is_behind(page, summary.id) && page_is_hit(page, &summary))
        page_take(page, &summary);
    case_free(record);
}

int case_page_n_bad(const struct case_page *page)
{
    return page->n_bad;
}

/* --- the sizes --- */

void case_page_add_size(struct case_page *page, const struct cell *case_id, int64_t n)
{
    struct page_case wanted = {.id = cell_id(case_id)}, *found = NULL;

    if (wanted.id && page->n)
        found = bsearch(&wanted, page->cases, page->n, sizeof wanted, page_compare);
    if (found)
        found->n_scenes += n;
    free(wanted.id);
}

void case_page_tell(const struct case_page *page,
    void (*each)(void *ctx, const struct case_summary *summary), void *ctx)
{
    for (size_t i = 0; i < page->n; i++) {
        const struct page_case *one = &page->cases[i];

        each(ctx, &(struct case_summary){.id = one->id,
                      .title = one->title,
                      .language = one->language,
                      .shape = one->shape,
                      .n_scenes = (int)one->n_scenes});
    }
}

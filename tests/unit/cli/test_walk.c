/* test_walk.c - what import takes, the job can make: a walk over every field of a case, with values
 * at their limits and beyond them.  (`language` has walks of its own, in test_voice.c.)
 *
 * Each value is imported alone.  What is taken is then made: the k-th film has the k-th taken value
 * of every field. */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/mem.h"
#include "case/case_fields.h"
#include "cli/cli.h"
#include "media.h"
#include "unit/store/store_kit.h"
#include "video/child.h"
#include "video/video.h"

enum { TAKEN_MAX = 40, FIELDS = 2 * CASE_FIELDS_MAX, LONG_FRAMES = 500 };

enum fate { TAKEN, REFUSED, EITHER };

/* The accepted values of one field, as JSON. */
struct walked {
    const struct case_field *field;
    bool is_scenes;
    int n;
    char *taken[TAKEN_MAX];
};

static struct walked walks[FIELDS];
static int n_walks;
static char complaints[8192];

static void start(void)
{
    kit_make_folder();
    ck_assert_int_eq(chdir(kit_folder), 0);
    setenv("CASECAST_CONFIG", "/dev/null", 1);
    setenv("CASECAST_DB", kit_path, 1);
    setenv("CASECAST_MEDIA_ROOT", kit_folder, 1);
    media_picture(kit_folder, "a.jpg", "mjpeg", "yuvj420p", 64, 36);
    media_picture(kit_folder, "\xc3\xa9 \xf0\x9f\x90\x89.jpg", "mjpeg", "yuvj420p", 64, 36);
    media_wav(kit_folder, "a.wav", 8000, 1, 1, 0.1);
    media_wav(kit_folder, "short.wav", 8000, 1, 0.9, 0.1);
    media_wav(kit_folder, "\xc3\xa9 \xf0\x9f\x90\x89.wav", 8000, 1, 1, 0.1);
}

/* --- documents --- */

static const struct {
    const char *name, *json;
} usual_case[] = {{"id", "\"walk\""}, {"language", "\"en\""}, {"size", "\"720p\""}, {"fps", "24"},
    {"quality", "\"draft\""}, {NULL, NULL}},
  usual_scene[] = {{"image", "\"a.jpg\""}, {"caption", "\"Seen.\""}, {"seconds", "0.1"},
      {"focusX", "0.5"}, {"focusY", "0.5"}, {NULL, NULL}};

/* The `row`-th taken value of the field, or `value` if `only` is this field. */
static const char *value_of(
    const struct walked *walk, const struct walked *only, const char *value, int row)
{
    if (only)
        return walk == only ? value : NULL;
    return row < walk->n ? walk->taken[row] : NULL;
}

static void put_members(
    struct buf *buf, bool is_scenes, const struct walked *only, const char *value, int row)
{
    for (int i = 0; i < n_walks; i++) {
        const struct walked *walk = &walks[i];
        const char *json = walk->is_scenes == is_scenes ? value_of(walk, only, value, row) : NULL;

        for (int k = 0; !json && walk->is_scenes == is_scenes; k++) {
            const char *name = is_scenes ? usual_scene[k].name : usual_case[k].name;

            if (!name)
                break;
            if (strcmp(name, walk->field->name) == 0)
                json = is_scenes ? usual_scene[k].json : usual_case[k].json;
        }
        if (json)
            buf_format(buf, "\"%s\":%s,", walk->field->name, json);
    }
}

static void write_document(const struct walked *only, const char *value, int row)
{
    struct buf buf = {0};

    buf_add_text(&buf, "{\"cases\":[{");
    put_members(&buf, false, only, value, row);
    buf_add_text(&buf, "\"scenes\":[{");
    put_members(&buf, true, only, value, row);
    buf.data[--buf.len] = '\0'; /* the last comma */
    buf_add_text(&buf, "},{\"image\":\"a.jpg\",\"seconds\":0.1}]}]}");
    media_write(kit_folder, "walk.json", buf.data, buf.len);
    buf_free(&buf);
}

static int no_serve(const char *where)
{
    (void)where;
    return 42;
}

/* Its stderr is in `complaints`. */
static bool import(void)
{
    char *argv[] = {"casecast", "import", "walk.json", NULL};
    int file = open(kit_folder, O_TMPFILE | O_RDWR, 0600), out = dup(1), was = dup(2), status;
    ssize_t n;

    fflush(NULL);
    dup2(file, 1);
    dup2(file, 2);
    status = cli_run(3, argv, no_serve);
    fflush(NULL);
    dup2(out, 1);
    dup2(was, 2);
    n = pread(file, complaints, sizeof complaints - 1, 0);
    complaints[n > 0 ? n : 0] = '\0';
    close(file);
    close(out);
    close(was);
    return status == 0;
}

/* --- values --- */

static void try(struct walked *walk, const char *value, enum fate fate)
{
    char place[100];
    bool is_taken;

    write_document(walk, value, 0);
    is_taken = import();
    ck_assert_msg(fate == EITHER || is_taken == (fate == TAKEN), "%s: %.80s: %s", walk->field->name,
        value, complaints);
    snprintf(place, sizeof place, "walk.json: cases[0].%s%s: ", walk->is_scenes ? "scenes[0]." : "",
        walk->field->name);
    ck_assert_msg(is_taken || strstr(complaints, place) || strstr(complaints, "walk.json:1:"),
        "%s: %.80s: %s", walk->field->name, value, complaints);
    if (!is_taken)
        return;
    ck_assert_int_lt(walk->n, TAKEN_MAX);
    walk->taken[walk->n++] = strdup(value);
}

static void try_text(struct walked *walk, const char *text, enum fate fate)
{
    char *value = mem_format("\"%s\"", text);

    try(walk, value, fate);
    free(value);
}

/* `unit` n times. */
static void try_long(struct walked *walk, const char *unit, int n, enum fate fate)
{
    struct buf buf = {0};

    for (int i = 0; i < n; i++)
        buf_add_text(&buf, unit);
    try_text(walk, buf.data, fate);
    buf_free(&buf);
}

static void try_texts(struct walked *walk)
{
    static const char *const odd[] = {"a", ".", "\\u200b", "\\ufeff", "\\u2028a\\u2029",
        "e\\u0301\\u0323\\u0489", "\\u202eabc\\u202c", "a\\u2066b\\u2069", "\\uffff", "\\ufdd0",
        "\\udbff\\udfff", "\\ue000", "\\ud83d\\udc69\\u200d\\ud83d\\udcbb", "a\\u00adb", "\\u00a0",
        "\\\\ \\\" & < > %s [[x]] <b>"};
    static const char *const controls[] = {
        "a\\u0001", "\\u007f", "a\\u0085", "\\u001b[2J", "\\u0000", "a\\ud800", "\\udc00", "\xff"};
    enum fate lines = walk->field->has_lines ? TAKEN : REFUSED;

    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++)
        try_text(walk, odd[i], TAKEN);
    for (size_t i = 0; i < sizeof controls / sizeof *controls; i++)
        try_text(walk, controls[i], REFUSED);
    try_text(walk, "a\\nb\\tc", lines);
    try_text(walk, "a\\rb", REFUSED);
    try_long(walk, "a", walk->field->most, TAKEN);
    if (strcmp(walk->field->name, "narration") == 0) { /* an hour of "dragon" would prove no more */
        try_long(walk, ". ", walk->field->most / 2, TAKEN);
    } else {
        try_long(walk, "\xf0\x9f\x90\x89", walk->field->most, TAKEN);
        try_long(walk, "a\\u0301", walk->field->most / 2, TAKEN);
        try_long(walk, "a ", walk->field->most / 2, TAKEN);
    }
    try_long(walk, "a", walk->field->most + 1, REFUSED);
    try_text(walk, " \\u3000 ", TAKEN);
}

static const struct own_value {
    const char *field, *text;
    enum fate fate;
} own_values[] = {{"id", "a", TAKEN}, {"id", "_-9Z", TAKEN}, {"id", "a.b", REFUSED},
    {"id", "\\u00e4", REFUSED}, {"id", "a b", REFUSED}, {"id", "", REFUSED},
    {"captionColor", "#ffffff", TAKEN}, {"captionColor", "#aBcDeF", TAKEN},
    {"captionColor", "#fff", REFUSED}, {"captionColor", "#gggggg", REFUSED},
    {"captionColor", "#ffffff0", REFUSED}, {"captionColor", "red", REFUSED},
    {"captionColor", "#fffff\\n", REFUSED}, {"captionBox", "#00000080", TAKEN},
    {"captionBox", "#FFFFFFFF", TAKEN}, {"captionBox", "#ffffff00", TAKEN},
    {"captionBox", "#ffffff", REFUSED}, {"captionBox", "#0000008g", REFUSED},
    {"captionFont", "Sans", TAKEN}, {"captionFont", "monospace", TAKEN},
    {"captionFont", "DejaVu Sans", EITHER}, {"captionFont", "No Such Font", REFUSED},
    {"captionFont", "Sans,", EITHER}, {"captionFont", "Sans Bold 20", EITHER},
    {"captionFont", "Sans:bold", EITHER}, {"captionFont", "sans\\n", EITHER},
    {"captionFont", " Sans ", EITHER}, {"captionFont", "\\u0001", REFUSED},
    {"captionFont", "-", EITHER}, {"captionFont", "Sans @wght=1", EITHER}};

static void try_own_values(struct walked *walk)
{
    int n = 0;

    for (size_t i = 0; i < sizeof own_values / sizeof *own_values; i++)
        if (strcmp(own_values[i].field, walk->field->name) == 0) {
            try_text(walk, own_values[i].text, own_values[i].fate);
            n++;
        }
    ck_assert_msg(n > 0, "%s has a check of its own, and no values here", walk->field->name);
    try_long(walk, "a", walk->field->most + 1, REFUSED);
}

/* A file with the longest allowed path. */
static void try_long_path(struct walked *walk, const char *file)
{
    char *from = mem_format("%s/%s", kit_folder, file), *to;
    struct buf path = {0};

    for (int i = 0; i < 4; i++) {
        buf_format(&path, "%0199d", i);
        mkdir(path.data, 0700);
        buf_add_text(&path, "/");
    }
    buf_format(&path, "%0*d%s", CASE_PATH_MAX - (int)path.len - 4, 0, strrchr(file, '.'));
    ck_assert_uint_eq(path.len, CASE_PATH_MAX);
    to = mem_format("%s", path.data);
    ck_assert(link(from, to) == 0 || errno == EEXIST); /* another field made it */
    try_text(walk, to, TAKEN);
    buf_free(&path);
    free(from);
    free(to);
}

static void try_paths(struct walked *walk)
{
    const char *kind = strcmp(walk->field->name, "image") == 0 ? "jpg" : "wav";
    char file[20];

    snprintf(file, sizeof file, "a.%s", kind);
    try_text(walk, file, TAKEN);
    try_text(
        walk, kind[0] == 'j' ? "\\u00e9 \\ud83d\\udc09.jpg" : "\\u00e9 \\ud83d\\udc09.wav", TAKEN);
    for (const char *const *bad = (const char *const[]){"nowhere", "../a.jpg", "/etc/passwd", ".",
             "walk.json", "a\\n.jpg", "\\u0000", "a.jpg/", "\\u00ff", NULL};
         *bad; bad++)
        try_text(walk, *bad, REFUSED);
    /* Music is repeated. */
    try_text(walk, "short.wav", strcmp(walk->field->name, "audio") == 0 ? TAKEN : REFUSED);
    try_text(walk, kind[0] == 'j' ? "./a.jpg" : ".//a.wav", EITHER);
    try_text(walk, kind[0] == 'j' ? " a.jpg" : " a.wav", EITHER);
    try_long(walk, "a", CASE_PATH_MAX + 1, REFUSED);
    try_long_path(walk, file);
}

static void try_real(struct walked *walk, double number, enum fate fate)
{
    char *value = mem_format("%.17g", number);

    try(walk, value, fate);
    free(value);
}

static void try_numbers(struct walked *walk)
{
    const struct case_field *field = walk->field;

    try_real(walk, field->low, TAKEN);
    try_real(walk, field->high, TAKEN);
    try_real(walk, nextafter(field->low, 1e9), TAKEN);
    try_real(walk, (field->low + field->high) / 2, TAKEN);
    try_real(walk, nextafter(field->high, 0), TAKEN);
    try_real(walk, nextafter(field->high, 1e9), REFUSED);
    try_real(walk, -5e-324, field->low == 0 ? EITHER : REFUSED);
    try_real(walk, field->low - 2, REFUSED);
    try(walk, "-0.0", EITHER);
    for (const char *const *bad = (const char *const[]){"1e308", "-1e308", "1e400", "NaN",
             "99999999999999999999", "9223372036854775807", "\"1\"", "true", NULL};
         *bad; bad++)
        try(walk, *bad, REFUSED);
    try(walk, "1e-300", field->low == 0 ? TAKEN : REFUSED);
}

static void try_choices(struct walked *walk)
{
    for (const struct case_choice *choice = walk->field->choices; choice->name; choice++)
        if (walk->field->is_number)
            try(walk, choice->name, TAKEN);
        else
            try_text(walk, choice->name, TAKEN);
    try_text(walk, "nosuch", REFUSED);
    try(walk, "-1", REFUSED);
    try(walk, "1e308", REFUSED);
    try(walk, "true", REFUSED);
}

static void try_switch(struct walked *walk)
{
    try(walk, "true", TAKEN);
    try(walk, "false", TAKEN);
    try(walk, "1", REFUSED);
    try(walk, "\"yes\"", REFUSED);
}

static void walk_field(struct walked *walk)
{
    const struct case_field *field = walk->field;

    if (strcmp(field->name, "language") == 0)
        return;
    if (field->kind == CASE_PATH)
        try_paths(walk);
    else if (field->kind == CASE_NUMBER)
        try_numbers(walk);
    else if (field->kind == CASE_CHOICE)
        try_choices(walk);
    else if (field->kind == CASE_SWITCH)
        try_switch(walk);
    else if (field->check || strcmp(field->name, "captionFont") == 0)
        try_own_values(walk);
    else
        try_texts(walk);
    try(walk, "[]", REFUSED);
    try(walk, "{}", REFUSED);
    /* A point has both coordinates. */
    try(walk, "null", field->is_required || field->preset == -1 ? REFUSED : TAKEN);
}

static void list_fields(const struct case_field *fields, bool is_scenes)
{
    for (; fields->name; fields++)
        walks[n_walks++] = (struct walked){.field = fields, .is_scenes = is_scenes};
}

/* --- films --- */

static atomic_bool cancel;

/* A long film is canceled once its encoding runs: it can be made. */
static void on_progress(void *ctx, const struct video_progress *progress)
{
    (void)ctx;
    if (progress->n_frames > LONG_FRAMES && progress->frame > 0)
        atomic_store(&cancel, true);
}

static void note_id(void *ctx, const struct case_summary *summary)
{
    snprintf(ctx, CASE_ID_MAX + 1, "%s", summary->id);
}

static void make(int row)
{
    const struct video_options options = {.media_root = kit_folder,
        .out_dir = "out",
        .file = "final.mp4",
        .cancel = &cancel,
        .watch = {.progress = on_progress}};
    struct video_result result;
    struct case_record *record;
    char id[CASE_ID_MAX + 1];
    int rc;

    kit_store = kit_open();
    kit_sql("DELETE FROM scenes");
    kit_sql("DELETE FROM cases");
    write_document(NULL, NULL, row);
    ck_assert_msg(import(), "row %d: %s", row, complaints);
    assert_done(store_case_each(kit_store, note_id, id, &kit_error));
    assert_done(store_case_get(kit_store, id, &record, &kit_error));
    atomic_store(&cancel, false);
    rc = video_create(record, &options, &result, &kit_error);
    ck_assert_msg(rc == 0 || (rc == -ERR_CANCELED && atomic_load(&cancel)), "row %d: %s", row,
        kit_error.text);
    case_free(record);
    store_close(kit_store);
    kit_store = NULL;
}

START_TEST(what_import_takes_the_job_can_make)
{
    int most = 0;

    list_fields(case_fields, false);
    list_fields(scene_fields, true);
    for (int i = 0; i < n_walks; i++)
        walk_field(&walks[i]);
    for (int i = 0; i < n_walks; i++)
        most = walks[i].n > most ? walks[i].n : most;
    for (int row = 0; row < most; row++)
        make(row);
    for (int i = 0; i < n_walks; i++)
        for (int k = 0; k < walks[i].n; k++)
            free(walks[i].taken[k]);
}
END_TEST

int main(int argc, char **argv)
{
    Suite *suite = suite_create("walk");
    TCase *cases = tcase_create("walk");
    SRunner *runner = srunner_create(suite);
    int failed;

    if (child_is_wanted(argc, argv))
        return child_main(argc, argv);
    digest_init();
    suite_add_tcase(suite, cases);
    tcase_set_timeout(cases, 600); /* twenty films, with the address sanitizer, too */
    tcase_add_checked_fixture(cases, start, kit_stop);
    tcase_add_test(cases, what_import_takes_the_job_can_make);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* test_cli.c - the commands: what they print, what they refuse, which files they leave. */
#include <fcntl.h>
#include <sys/stat.h>

#include "cli/command/options.h"
#include "cli/commands.h"
#include "cli/film/folder.h"
#include "cli/film/target.h"
#include "unit/cli/cli_kit.h"
#include "video/child.h"

/* --- the dispatcher --- */

START_TEST(help_and_version_are_told_and_misuse_ends_with_2)
{
    ck_assert_int_eq(run("--help"), 0);
    assert_has(out, "  create CASE      makes");
    assert_has(out, "  import FILE…     reads");
    ck_assert_int_eq(run("create", "--help"), 0);
    assert_has(out, "usage: casecast create [OPTION…] CASE\n");
    ck_assert_int_eq(run("--version"), 0);
    assert_has(out, "casecast 0");
    ck_assert_int_eq(run("serve", "--listen", "x"), 42);
    ck_assert_int_eq(run("crate"), 64);
    assert_has(complaints, "there is no command \"crate\" (did you mean create?); `casecast");
    ck_assert_int_eq(run("serve", "x"), 64);
    assert_has(
        complaints, "serve: takes only options, got \"x\"\nusage: casecast serve [OPTION…]\n");
    ck_assert_int_eq(run("cases", "-x"), 64);
    assert_has(complaints, "cases: there is no option -x; `casecast cases --help` lists "
                           "them\nusage: casecast cases [OPTION");
    ck_assert_int_eq(run("help", "create"), 0);
    assert_has(out, "  -o, --output FILE ");
    ck_assert_int_eq(run("help", "nothing"), 64);
    ck_assert_int_eq(run("create"), 64);
    assert_has(complaints, "create: which case?\nusage: casecast create [OPTION…] CASE\n");
    ck_assert_int_eq(run("create", "1", "2"), 64);
    ck_assert_int_eq(run("create", "1", "-o"), 64);
    ck_assert_int_eq(run("create", "1", "-x"), 64);
    ck_assert_int_eq(run("import"), 64);
    ck_assert_int_eq(run("cases", "all"), 64);
    ck_assert_int_eq(run("machines", "all"), 64);
    ck_assert_int_eq(run("jobs", "-n", "0"), 64);
    assert_has(complaints, "jobs: -n 0: must be a whole number from 1 to 1000\n");
    ck_assert_int_eq(run("jobs", "--stat"), 64); /* --state, without its argument */
    assert_has(complaints, "jobs: --stat: needs a STATE\nusage: casecast jobs [OPTION…]\n");
    ck_assert_int_eq(run("jobs", "--state", "over"), 64);
    assert_has(complaints, "--state over: must be queued, running, done, failed or canceled");
    ck_assert_int_eq(run("jobs", "-n", "3", "-x"), 64);
    assert_has(complaints, "there is no option -x; `casecast jobs --help` lists them");
    ck_assert_int_eq(run("jobs", "7", "-n3"), 64);
    assert_has(complaints, "takes only options, got \"7\"");
}
END_TEST

START_TEST(the_configuration_of_nginx_is_printed_for_the_site_at_hand)
{
    ck_assert_int_eq(run("nginx", "--prefix", "/films", "--media", "/srv/a \"b\""), 0);
    assert_has(complaints, "the responders need the setting CASECAST_PREFIX=/films, too\n");
    assert_has(out, "location = /films/api/jobs {\n");
    assert_has(out, "\nlocation = /api/events {\n    access_log \"/var/log/nginx/");
    assert_has(out, "    alias \"/srv/a \\\"b\\\"/secret/\";\n");
    ck_assert_ptr_null(strstr(out, "@PREFIX@"));
    ck_assert_int_eq(run("nginx", "--log", "off"), 0);
    ck_assert_ptr_null(strstr(out, "access_log"));
    ck_assert_ptr_null(strstr(out, "location = {"));
    ck_assert_int_eq(run("nginx", "site", "--name", "a.example b.example", "--tls", "--http2"), 0);
    assert_has(out, "    listen 443 ssl http2 so_keepalive");
    assert_has(out, "    server_name a.example b.example;\n");
    assert_has(out, "/etc/letsencrypt/live/a.example/fullchain.pem;\n");
    ck_assert_int_eq(run("nginx", "site"), EXIT_USAGE);
    assert_has(complaints, "a site needs its names: --name video.example.org\n");
    ck_assert_int_eq(run("nginx", "site", "--name", "a", "--http2"), EXIT_USAGE);
    ck_assert_int_eq(run("nginx", "--tls"), EXIT_USAGE);
    ck_assert_int_eq(run("nginx", "everything"), EXIT_USAGE);
    assert_has(complaints, "\"everything\": must be one of routes, pages and site\n");
    ck_assert_int_eq(run("nginx", "--media", "/srv/$a"), EXIT_DATA);
    assert_has(
        complaints, "the folder of videos \"/srv/$a\": must have none of $ ; { }, and one line\n");
    ck_assert_int_eq(run("nginx", "--prefix", "films"), EXIT_DATA);
}
END_TEST

/* Every command and option of the tables is in the completions of every shell. */
START_TEST(completions_are_made_from_the_tables)
{
    static const char *const shells[] = {"bash", "zsh", "fish"};

    for (size_t i = 0; i < sizeof shells / sizeof *shells; i++) {
        ck_assert_int_eq(run("--completion", shells[i]), 0);
        for (int k = 0; cli_commands[k]; k++) {
            const struct option_row *row = cli_commands[k]->options;

            assert_has(out, cli_commands[k]->name);
            for (; row && row->name; row++)
                assert_has(out, row->name);
        }
    }
    ck_assert_int_eq(run("--completion", "csh"), 64);
    assert_has(complaints, "--completion csh: must be bash, zsh or fish\n");
    ck_assert_int_eq(run("--completion"), 64);
}
END_TEST

START_TEST(manual_pages_are_made_from_the_tables)
{
    ck_assert_int_eq(run("--manual"), 0);
    assert_has(out, "casecast(1)\n\n# NAME\n\ncasecast - turns");
    for (int i = 0; cli_commands[i]; i++)
        assert_has(out, cli_commands[i]->summary);
    ck_assert_int_eq(run("--manual", "jobs"), 0);
    assert_has(out, "casecast-jobs(1)\n\n# NAME\n\ncasecast-jobs - lists");
    assert_has(out, "\n*-n*, *--count* _COUNT_\n\tlists so many jobs at most (20)\n");
    assert_has(out, "only jobs in this state. One of: queued running done failed canceled.\n");
    ck_assert_int_eq(run("--manual", "prune"), 0);
    assert_has(out, "(CASECAST\\_KEEP)"); /* scdoc would underline what follows */
    ck_assert_int_eq(run("--manual", "nothing"), 64);
    assert_has(complaints, "--manual nothing: there is no such command");
}
END_TEST

static const struct {
    const char *words, *offered;
} completed[] = {
    {"casecast c", "create cases check cancel config"},
    {"casecast jobs --st", "--state"},
    {"casecast jobs --state ca", "canceled"},
    {"casecast jobs --state = q", "queued"},
    {"casecast jobs -n ''", ""},
    {"casecast import one", "one'case.json"},
    {"casecast create -o one", "one'case.json"},
    {"casecast create ''", "1 two"},
    {"casecast machines x", ""},
};

/* Bash itself answers.  The program is a stand-in, which lists two cases. */
START_TEST(bash_completes)
{
    char script[1000], answer[200] = "";
    FILE *bash;

    ck_assert_int_eq(run("--completion", "bash"), 0);
    write_file("completion", out);
    write_file("one'case.json", "");
    snprintf(script, sizeof script,
        "bash -c '. ./completion; casecast() { printf \"CASE  TITLE\\n1     One\\ntwo   Two\\n\"; "
        "};"
        " COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); _casecast; printf %%s \"${COMPREPLY[*]}\"'"
        " bash %s",
        completed[_i].words);
    bash = popen(script, "r");
    ck_assert_ptr_nonnull(bash);
    answer[fread(answer, 1, sizeof answer - 1, bash)] = '\0';
    ck_assert_int_eq(pclose(bash), 0);
    ck_assert_str_eq(answer, completed[_i].offered);
}
END_TEST

START_TEST(a_wrong_setting_is_told)
{
    setenv("CASECAST_SLOTS", "many", 1);
    ck_assert_int_eq(run("cases"), 78);
    assert_has(complaints, "CASECAST_SLOTS=many");
}
END_TEST

START_TEST(settings_are_listed_with_where_they_come_from)
{
    char file[200], line[400];

    snprintf(file, sizeof file, "%s/casecast.conf", kit_folder);
    write_file("casecast.conf",
        "# ours\nCASECAST_SLOTS=3\nCASECAST_SECRET_KEY=sixteen letters long\n"
        "CASECAST_CASES=postgresql://me:word@db/app\n");
    chmod(file, 0600);
    setenv("CASECAST_CONFIG", file, 1);
    ck_assert_int_eq(run("config"), 0);
    snprintf(line, sizeof line, "  %s:2\n", file);
    assert_has(out, line);
    assert_has(out, "\nCASECAST_CACHE_MIB           0 ");
    assert_has(out, "  environment\n");
    assert_has(out, "\nCASECAST_LOG                 stderr ");
    assert_has(out, "(hidden)");
    ck_assert_ptr_null(strstr(out, "sixteen"));
    ck_assert_ptr_null(strstr(out, "word"));
    ck_assert_int_eq(run("config", "--json"), 0);
    snprintf(line, sizeof line,
        "{\"name\":\"CASECAST_SLOTS\",\"value\":3,\"hidden\":false,\"from\":\"file\",\"file\":\"%"
        "s\","
        "\"line\":2}\n",
        file);
    assert_has(out, line);
    assert_has(out,
        "{\"name\":\"CASECAST_LOG\",\"value\":\"stderr\",\"hidden\":false,\"from\":\"default\","
        "\"file\":null,\"line\":null}\n");
    assert_has(
        out, "{\"name\":\"CASECAST_SECRET_KEY\",\"value\":null,\"hidden\":true,\"from\":\"file\"");
    ck_assert_ptr_null(strstr(out, "sixteen"));
    ck_assert_ptr_null(strstr(out, "word"));
    setenv("CASECAST_CONFIG", "none.conf", 1);
    ck_assert_int_eq(run("config"), 78);
    assert_has(complaints, "casecast: CASECAST_CONFIG: none.conf: No such file or directory\n");
}
END_TEST

START_TEST(where_there_is_no_database_none_is_made_to_look_into)
{
    ck_assert_int_eq(run("cases"), 66);
    assert_has(complaints, "no database here; `casecast import FILE` makes one");
    ck_assert_int_eq(run("jobs"), 66);
    ck_assert_int_eq(run("create", "1"), 66);
    ck_assert_int_lt(access(kit_path, F_OK), 0);
}
END_TEST

/* --- create, without making a video --- */

START_TEST(create_refuses_what_it_cannot_do_and_leaves_nothing)
{
    write_file("f.json", "{\"cases\": [{\"id\": \"1\"}]}");
    ck_assert_int_eq(run("import", "f.json"), 0);
    ck_assert_int_eq(run("create", "999"), 66);
    ck_assert_str_eq(complaints, "casecast: case 999 not found; `casecast cases` lists them\n");
    ck_assert_int_eq(run("create", "--", "-o"), 66);
    assert_has(complaints, "case -o not found");
    ck_assert_int_eq(run("create", "a/b"), 66);
    ck_assert_str_eq(complaints, "casecast: a/b: No such file or directory\n");
    ck_assert_int_eq(run("create", "a b"), 65);
    assert_has(complaints, "case \"a b\" must be 1 to 64 of the characters A-Z a-z 0-9 _ -\n");
    ck_assert_int_eq(run("create", "1", "-o", "none/x.mp4"), 73);
    assert_has(complaints, "none/x.mp4: none: No such file or directory\n");
    ck_assert_int_eq(run("create", "1", "-o", kit_folder), 73);
    assert_has(complaints, "is a folder; name the file in it\n");
    ck_assert_int_eq(run("create", "-o", "f.json/x.mp4", "1"), 73);
    assert_has(complaints, "f.json is not a folder\n");
    ck_assert_int_eq(run("create", "1", "-o", "x.mp4"), 65); /* it has no scenes */
    ck_assert_int_lt(access("x.mp4", F_OK), 0);
    ck_assert_int_eq(rmdir("."), -1);
    ck_assert_int_eq(unlink("f.json"), 0);
    ck_assert_int_eq(unlink(kit_path), 0);
    ck_assert_int_eq(rmdir(kit_folder), 0); /* nothing else was in it */
    ck_assert_int_eq(mkdir(kit_folder, 0755), 0);
}
END_TEST

/* --- create, from files --- */

START_TEST(names_stand_in_their_natural_order)
{
    static const char *const names[] = {"", "1", "2", "02b", "IMG_9.jpg", "img_10.jpg",
        "IMG_100000000000000000000000.jpg", "img_200000000000000000000000.jpg", "imgx", "Z"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
            int order = folder_compare_names(names[i], names[k]);

            ck_assert_int_eq((order > 0) - (order < 0), (i > k) - (i < k));
        }
}
END_TEST

static char left[1000];

static void note_left_out(const char *name, const char *why)
{
    size_t len = strlen(left);

    snprintf(left + len, sizeof left - len, "%s: %s\n", name, why);
}

/* A JPEG with the head of an EXIF in front of its pixels that says when it was taken. */
static void write_dated(const char *name, const char *taken)
{
    static const struct flat_jpeg jpeg = {.n_components = 1, .adobe = -1, .samples = {{9}}};
    unsigned char exif[2 + 2 + 6 + 8 + 2 + 12 + 20] = {0xff, 0xe1, 0, 50, 'E', 'x', 'i', 'f', 0, 0,
        'I', 'I', '*', 0, 8, 0, 0, 0, 1, 0, 0x32, 0x01, 2, 0, 20, 0, 0, 0, 22, 0, 0, 0};
    struct buf bytes = {0}, whole = {0};

    memcpy(exif + 32, taken, strlen(taken));
    flat_jpeg_write(&jpeg, &bytes);
    buf_add(&whole, bytes.data, 2);
    buf_add(&whole, exif, sizeof exif);
    buf_add(&whole, bytes.data + 2, bytes.len - 2);
    media_write(".", name, whole.data, whole.len);
    buf_free(&bytes);
    buf_free(&whole);
}

static char *read_photos(bool by_date)
{
    json_t *json;
    char *text;

    left[0] = '\0';
    ck_assert_int_eq(folder_read("photos", by_date, note_left_out, &json, &kit_error), 0);
    text = json_dumps(json, JSON_COMPACT);
    json_decref(json);
    return text;
}

START_TEST(a_folder_of_photos_is_a_case)
{
    char *text;

    ck_assert_int_eq(mkdir("photos", 0755), 0);
    ck_assert_int_eq(mkdir("photos/more.jpg", 0755), 0);
    ck_assert_int_eq(folder_read("photos", false, note_left_out, NULL, &kit_error), -100);
    assert_has(kit_error.text, "photos: no photo in it (JPEG, PNG, WebP, GIF or HEIF), of 0 files");
    write_picture("photos/b10.jpg", 0);
    write_picture("photos/B9.JPG", 0);
    write_dated("photos/z \xc3\xa9'\"$.jpg", "2001:01:01 00:00:00");
    write_dated("photos/y.jpg", "2001:01:01 00:00:00");
    write_picture("photos/bad\xff.jpg", 0);
    write_picture("photos/.hidden.jpg", 0);
    write_file("photos/b10.mp3", AMR);
    write_file("photos/b10.txt", "Said.\n\n");
    write_file("photos/y.txt", "  Spoken\n");
    write_file("photos/other.txt", "Dear Sir");
    write_file("photos/clip.mov", "film");
    write_file("photos/case.json", "{}");
    text = read_photos(false);
    ck_assert_str_eq(text,
        "{\"id\":\"photos\",\"title\":\"photos\",\"scenes\":[{\"image\":\"B9.JPG\"},"
        "{\"image\":\"b10.jpg\",\"audio\":\"b10.mp3\",\"caption\":\"Said.\"},"
        "{\"image\":\"y.jpg\",\"narration\":\"  Spoken\"},{\"image\":\"z \xc3\xa9'\\\"$.jpg\"}]}");
    free(text);
    assert_has(left, ".jpg: its name is not UTF-8: rename it\n");
    assert_has(left, "clip.mov: it is no JPEG, PNG, WebP, GIF or HEIF\n");
    assert_has(left, "other.txt: no photo has its name\n");
    ck_assert_ptr_null(strstr(left, "case.json"));
    text = read_photos(true); /* the same date: by name; without one: behind */
    assert_has(text, "[{\"image\":\"y.jpg\",\"narration\":\"  Spoken\"},{\"image\":\"z ");
    assert_has(text, "{\"image\":\"B9.JPG\"},{\"image\":\"b10.jpg\"");
    free(text);
    write_picture("photos/half.jpg", 6);
    write_file("photos/letter.jpg", "Dear Sir");
    ck_assert_int_eq(folder_read("photos", false, note_left_out, NULL, &kit_error), -ERR_INPUT);
    assert_has(kit_error.text, "letter.jpg: not a JPEG");
}
END_TEST

START_TEST(a_film_goes_where_nothing_is_lost)
{
    static const bool with[N_TARGET_SIDES] = {true, true, true};
    struct target target;
    off_t size;

    write_file("there.mp4", "old");
    write_file("x.jpg", "old");
    ck_assert_int_lt(target_init(&target, "there.mp4", false, NULL, &kit_error), 0);
    assert_has(kit_error.text, "there.mp4: is there already; --force replaces it");
    target_deinit(&target);
    ck_assert_int_lt(target_init(&target, "x.mp4", false, with, &kit_error), 0);
    assert_has(kit_error.text, "x.jpg: is there already");
    target_deinit(&target);
    ck_assert_int_eq(target_init(&target, "new.mp4", false, NULL, &kit_error), 0);
    media_write(target.work, "video.mp4", "new", 3);
    write_file("new.mp4", "came meanwhile");
    ck_assert_int_lt(target_publish(&target, "video.mp4", &size, &kit_error), 0);
    assert_has(kit_error.text, "new.mp4: is there already");
    target.may_replace = true;
    ck_assert_int_eq(target_publish(&target, "video.mp4", &size, &kit_error), 0);
    ck_assert_int_eq(size, 3);
    target_deinit(&target);
    ck_assert_int_lt(target_init(&target, "a.b/../x.MKV", false, NULL, &kit_error), 0);
    assert_has(kit_error.text,
        "-o a.b/../x.MKV: casecast makes MP4, no MKV: name it a.b/../x.mp4, and convert that");
    target_deinit(&target);
}
END_TEST

START_TEST(create_reads_files_and_refuses_what_would_mislead)
{
    write_file("two.json", GOOD);
    ck_assert_int_eq(run("create", "two.json"), 65);
    assert_has(complaints, "two.json: has 2 cases: --case says which one: 1, two\n");
    ck_assert_int_eq(run("create", "two.json", "--case", "3"), 66);
    assert_has(complaints, "two.json: has no case 3; it has 1, two\n");
    write_file("bad.json", "{\"cases\": [{\"id\": \"1\", \"titel\": 1}, {\"id\": 2}]}");
    ck_assert_int_eq(run("create", "bad.json"), 65);
    assert_has(complaints, "bad.json: cases[0]: unknown field \"titel\" (did you mean title?)\n");
    assert_has(complaints, "bad.json: 2 mistakes\n");
    ck_assert_int_eq(run("create", "./none"), 66);
    ck_assert_int_eq(run("create", "two.json", "--case=1", "-o", "x.webm"), 65);
    assert_has(complaints, "casecast makes MP4, no webm");
    ck_assert_int_eq(run("create", "two.json", "--with", "poster,music"), 64);
    assert_has(complaints, "--with music: must be captions, poster or chapters");
    ck_assert_int_eq(run("create", "two.json", "-j", "-o-"), 64);
    ck_assert_int_eq(run("create", "two.json", "--sort", "dat"), 64);
    assert_has(complaints, "must be name or date (did you mean date?)\n");
    ck_assert_int_eq(run("create", "two.json", "--case=1", "--with=poster", "-o-"), 65);
    assert_has(complaints, "--with: needs a file, not -o -\n");
}
END_TEST

/* --- pieces --- */

START_TEST(a_bar_fits_the_terminal)
{
    static const struct {
        const char *scene;
        int columns;
        const char *line;
    } lines[] = {
        {"", 200,
            "[####################....................]  50 %  encoding  31.2 fps  1:23 left"},
        {"", 60, "[##########..........]  50 %  encoding  31.2 fps  1:23 left"},
        {"", 40, " 50 %  encoding  31.2 fps  1:23 left"},
        {"", 10, " 50 %  en"},
        {"", 1, ""},
        {"", 0, ""},
        {"2/9 A walk", 80,
            "[##############..............]  50 %  encoding  31.2 fps  1:23 left  2/9 A walk"},
        {"2/9 A walk", 40, " 50 %  31.2 fps  1:23 left  2/9 A walk"},
        {"2/9 A walk in the woods", 40, " 50 %  31.2 fps  1:23 left  2/9 A walk…"},
        {"2/9 \xe4\xb8\xad\xe6\x96\x87\xe4\xb8\xad\xe6\x96\x87", 38,
            " 50 %  31.2 fps  1:23 left  2/9 \xe4\xb8\xad\xe6\x96\x87…"},
        {"2/9 A walk", 20, " 50 %  31.2 fps  1:"},
    };

    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct bar_progress half = {"encoding", 50, 31.25, 83000, lines[i].scene};
        char line[400];

        bar_line(&half, lines[i].columns, line, sizeof line);
        ck_assert_str_eq(line, lines[i].line);
    }
}
END_TEST

START_TEST(what_is_not_known_yet_is_not_shown)
{
    static const struct {
        struct bar_progress progress;
        const char *words;
    } table[] = {
        {{"reading", 0, 0, -1, ""}, "  0 %  reading"},
        {{"encoding", 7.9, 9.96, -1, ""}, "  7 %  encoding  10.0 fps"},
        {{"encoding", 7, 0, 3725000, ""}, "  7 %  encoding  1:02:05 left"},
        {{"joining", 100, 0, 0, ""}, "100 %  joining   0:00 left"},
        {{"", 12, 0, -1, ""}, " 12 %"},
    };

    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char words[120];

        bar_words(&table[i].progress, words, sizeof words);
        ck_assert_str_eq(words, table[i].words);
    }
}
END_TEST

START_TEST(tables_stand_in_line_whatever_is_in_them)
{
    struct table table = {0};
    char text[512] = "";
    FILE *file = fmemopen(text, sizeof text, "w");

    table_add(&table, (const char *[]){"A", "B", "C"}, 3);
    table_add(&table, (const char *[]){"\xe4\xb8\xad\xe6\x96\x87", "", "x"}, 3); /* wide */
    table_add(&table, (const char *[]){"e\xcc\x81", "y", ""}, 3);                /* combining */
    table_add(&table, (const char *[]){"\x1b[2J", NULL, ""}, 3);
    table_print(&table, 0, file);
    fclose(file);
    table_free(&table);
    ck_assert_str_eq(text, "A     B  C\n"
                           "\xe4\xb8\xad\xe6\x96\x87     x\n"
                           "e\xcc\x81     y\n"
                           "?[2J\n");
}
END_TEST

/* What a table of jobs becomes where its lines would be too long. */
static const struct {
    int columns;
    const char *text;
} narrow[] = {
    {80, "JOB                STATE   ERROR\n"
         "0123456789abcdefg  failed  the picture \xe4\xb8\xad.jpg is truncated, and 3 of its "
         "lines\n"
         "                           are missing\n"
         "b                  done\n"},
    {40, "0123456789abcdefg\n"
         "  STATE  failed\n"
         "  ERROR  the picture \xe4\xb8\xad.jpg is\n"
         "         truncated, and 3 of its lines\n"
         "         are missing\n"
         "b\n"
         "  STATE  done\n"},
    {12, "0123456789abcdefg\n"
         "  STATE\n"
         "    failed\n"
         "  ERROR\n"
         "    the\n"
         "    picture\n"
         "    \xe4\xb8\xad.jpg\n"
         "    is\n"
         "    truncate\n"
         "    d, and 3\n"
         "    of its\n"
         "    lines\n"
         "    are\n"
         "    missing\n"
         "b\n"
         "  STATE\n"
         "    done\n"},
};

START_TEST(a_table_fits_the_terminal_and_loses_nothing)
{
    struct table table = {0};
    char text[1024] = "";
    FILE *file = fmemopen(text, sizeof text, "w");

    term_set(&(struct term_mode){.color = TERM_NEVER});
    table_add(&table, (const char *[]){"JOB", "STATE", "ERROR"}, 3);
    table_add(&table,
        (const char *[]){"0123456789abcdefg", "failed",
            "the picture \xe4\xb8\xad.jpg is truncated, and 3 of its lines are missing"},
        3);
    table_add(&table, (const char *[]){"b", "done", NULL}, 3);
    table_print(&table, narrow[_i].columns, file);
    fclose(file);
    table_free(&table);
    ck_assert_str_eq(text, narrow[_i].text);
}
END_TEST

START_TEST(colours_are_only_where_they_are_wanted)
{
    ck_assert_int_eq(run("--color", "always", "check"), 1);
    assert_has(out, "\033[31mMISSING \033[0m database");
    ck_assert_int_eq(run("check"), 1); /* a file is no terminal */
    ck_assert_ptr_null(strchr(out, '\033'));
    ck_assert_int_eq(run("cases", "--color=always"), 66);
    assert_has(complaints, "\033[31mcasecast:\033[0m ");
    ck_assert_int_eq(run("cases", "--color=sometimes"), 64);
    assert_has(complaints, "cases: --color sometimes: must be auto, always or never\n");
}
END_TEST

/* --- what every command takes --- */

START_TEST(options_of_all_commands_stand_before_or_behind)
{
    write_file("f.json", "{\"cases\": [{\"id\": \"1\", \"title\": \"One\"}]}");
    unsetenv("CASECAST_DB");
    ck_assert_int_eq(run("--db", kit_path, "-q", "import", "f.json"), 0);
    ck_assert_str_eq(out, "");
    ck_assert_int_eq(run("cases", "--json", "-d", kit_path), 0);
    ck_assert_str_eq(out, "{\"id\":\"1\",\"title\":\"One\",\"language\":\"en\",\"shape\":\"16:9\","
                          "\"scenes\":0}\n");
    ck_assert_int_eq(run("--db=none.db", "-j", "cases"), 66);
    assert_has(complaints, "none.db: no database here");
    ck_assert_int_eq(run("--db", "", "cases"), 64);
    ck_assert_int_eq(run("--db"), 64);
    assert_has(complaints, "--db: needs a ADDRESS\nusage: casecast COMMAND");
    ck_assert_int_eq(run("-q"), 64);
    assert_has(complaints, "which command?");
    ck_assert_int_eq(run("-q", "help", "jobs"), 0);
    assert_has(out, "usage: casecast jobs [OPTION…]\n");
}
END_TEST

static const struct {
    const char *command, *option, *complaint;
} misspelt[] = {
    {"jobs", "--stat=done", NULL}, /* its beginning */
    {"jobs", "--sate=done", "there is no option --sate=done (did you mean --state?)"},
    {"jobs", "--jsno", "(did you mean --json?)"},
    {"jobs", "--hlep", "(did you mean --help?)"},
    {"jobs", "--s", "--s: may be the beginning of several options"},
    {"jobs", "--json=yes", "--json=yes: takes no argument"},
    {"jobs", "--state=don",
        "must be queued, running, done, failed or canceled (did you mean done?)"},
    {"jobs", "--qqqqqqqq", "there is no option --qqqqqqqq; `casecast jobs --help` lists them"},
    {"watch", "-z", "there is no option -z; `casecast watch --help` lists them"},
};

START_TEST(a_misspelt_option_is_told_with_what_was_meant)
{
    kit_store = kit_open();
    ck_assert_int_eq(
        run(misspelt[_i].command, misspelt[_i].option), misspelt[_i].complaint ? 64 : 0);
    if (misspelt[_i].complaint)
        assert_has(complaints, misspelt[_i].complaint);
}
END_TEST

int main(int argc, char **argv)
{
    const TTest *const tests[] = {
        help_and_version_are_told_and_misuse_ends_with_2,
        the_configuration_of_nginx_is_printed_for_the_site_at_hand,
        completions_are_made_from_the_tables,
        manual_pages_are_made_from_the_tables,
        a_wrong_setting_is_told,
        settings_are_listed_with_where_they_come_from,
        where_there_is_no_database_none_is_made_to_look_into,
        create_refuses_what_it_cannot_do_and_leaves_nothing,
        names_stand_in_their_natural_order,
        a_folder_of_photos_is_a_case,
        a_film_goes_where_nothing_is_lost,
        create_reads_files_and_refuses_what_would_mislead,
        a_bar_fits_the_terminal,
        what_is_not_known_yet_is_not_shown,
        tables_stand_in_line_whatever_is_in_them,
        colours_are_only_where_they_are_wanted,
        options_of_all_commands_stand_before_or_behind,
    };
    const struct kit_loop loops[] = {
        {bash_completes, sizeof completed / sizeof *completed},
        {a_table_fits_the_terminal_and_loses_nothing, sizeof narrow / sizeof *narrow},
        {a_misspelt_option_is_told_with_what_was_meant, sizeof misspelt / sizeof *misspelt},
    };

    if (child_is_wanted(argc, argv))
        return child_main(argc, argv);
    return kit_main_loops(
        "cli", tests, sizeof tests / sizeof *tests, loops, sizeof loops / sizeof *loops, start);
}

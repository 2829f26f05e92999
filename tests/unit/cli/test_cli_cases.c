/* test_cli_cases.c - the commands about cases: import, export, show, check. */
#include "unit/cli/cli_kit.h"
#include "video/child.h"

/* --- import --- */

START_TEST(a_good_file_is_imported_and_listed)
{
    write_picture("a.jpg", 0);
    write_file("b.ogg", AMR);
    write_file("cases.json", GOOD);
    ck_assert_int_eq(run("import", "cases.json"), 0);
    ck_assert_str_eq(out, "cases.json: 2 cases, 2 scenes\n");
    ck_assert_int_eq(run("cases"), 0);
    ck_assert_str_eq(out, "CASE  SCENES  SHAPE  LANGUAGE  TITLE\n"
                          "1     2       16:9   en        One\n"
                          "two   0       9:16   en        two\n");
}
END_TEST

START_TEST(files_that_are_missing_or_outside_are_told_with_their_place)
{
    ck_assert_int_eq(symlink("/etc/passwd", "link.jpg"), 0);
    ck_assert_int_eq(mkdir("photos", 0755), 0);
    ck_assert_int_eq(mkfifo("fifo.jpg", 0600), 0);
    write_file("b.json",
        "{\"cases\": [{\"id\": \"1\", \"scenes\": [{\"image\": \"photos/x.jpg\"}, {\"image\": "
        "\"../x\"},"
        " {\"image\": \"link.jpg\"}, {\"image\": \"photos\"}, {\"image\": \"/etc/passwd\"},"
        " {\"image\": \"fifo.jpg\", \"audio\": \"no.mp3\"}]}]}");
    ck_assert_int_eq(run("import", "b.json"), 65);
    assert_has(complaints, "b.json: cases[0].scenes[0].image: no such file: photos/x.jpg\n");
    assert_has(complaints, "cases[0].scenes[1].image: ../x: leads outside the media root\n");
    assert_has(complaints, "cases[0].scenes[2].image: link.jpg: leads outside the media root\n");
    assert_has(complaints, "cases[0].scenes[3].image: photos: not a regular file\n");
    assert_has(complaints, "cases[0].scenes[4].image: /etc/passwd: leads outside the media root\n");
    assert_has(complaints, "cases[0].scenes[5].image: fifo.jpg: not a regular file\n");
    assert_has(complaints, "cases[0].scenes[5].audio: no such file: no.mp3\n");
    assert_has(complaints, "b.json: 7 mistakes, nothing imported\n");
    ck_assert_str_eq(out, "");
}
END_TEST

START_TEST(sounds_that_no_job_could_play_are_told_with_what_they_are)
{
    write_picture("a.jpg", 0);
    write_file("tune.mp3", "MThd......");
    write_file("half.wav", "#!AMR\n<a frame that is not whole");
    write_file("letter.ogg", "Dear Sir");
    write_file("b.json",
        "{\"cases\": [{\"id\": \"1\", \"music\": \"tune.mp3\", \"scenes\": [{\"image\": \"a.jpg\","
        " \"audio\": \"half.wav\"}, {\"image\": \"a.jpg\", \"audio\": \"letter.ogg\"}]}]}");
    ck_assert_int_eq(run("import", "b.json"), 65);
    assert_has(
        complaints, "b.json: cases[0].music: tune.mp3: not a sound that can be read but a MIDI");
    assert_has(complaints, "cases[0].scenes[0].audio: half.wav: truncated");
    assert_has(complaints, "cases[0].scenes[1].audio: letter.ogg: not a WAV, MP3,");
    assert_has(complaints, "b.json: 3 mistakes, nothing imported\n");
}
END_TEST

START_TEST(pictures_that_no_job_could_show_are_told_with_what_they_are)
{
    write_picture("a.jpg", 0);
    write_picture("half.jpg", 6);
    write_file("letter.jpg", "Dear Sir");
    write_file("scan.tif", "II*");
    write_file("b.json",
        "{\"cases\": [{\"id\": \"1\", \"scenes\": [{\"image\": \"a.jpg\"},"
        " {\"image\": \"half.jpg\"}, {\"image\": \"letter.jpg\"}, {\"image\": \"scan.tif\"},"
        " {\"image\": \"half.jpg\"}]}]}");
    ck_assert_int_eq(run("import", "b.json"), 65);
    assert_has(complaints, "cases[0].scenes[1].image: half.jpg: truncated (the last ");
    assert_has(complaints, "cases[0].scenes[2].image: letter.jpg: not a JPEG, PNG, WebP, GIF,");
    assert_has(complaints, "(it looks like a TIFF); convert it to JPEG or PNG\n");
    assert_has(complaints, "cases[0].scenes[4].image: half.jpg: truncated (the last ");
    assert_has(complaints, "b.json: 4 mistakes, nothing imported\n");
}
END_TEST

START_TEST(a_case_is_checked_file_by_file)
{
    write_picture("a.jpg", 0);
    write_picture("open.jpg", 2);
    write_file("b.json", "{\"cases\": [{\"id\": \"1\", \"scenes\": [{\"image\": \"a.jpg\"},"
                         " {\"image\": \"open.jpg\"}]}]}");
    ck_assert_int_eq(run("import", "b.json"), 0);
    ck_assert_str_eq(complaints, "");
    ck_assert_int_eq(run("check", "1"), 0);
    ck_assert_str_eq(out,
        "warning  scenes[1]: open.jpg is used as it is, but it has no end marker\n"
        "length   7.2 s of 1920×1080 at 30 fps\n"
        "size     not known: no video of this database tells it\n"
        "case 1: 0 mistakes, 1 warning\n");
    write_file("a.jpg", "gone");
    ck_assert_int_eq(run("check", "1"), 1);
    assert_has(out, "mistake  scenes[0].image: a.jpg: not a JPEG");
    ck_assert_int_eq(run("check", "2"), 66);
    assert_has(complaints, "case 2 not found");
    ck_assert_int_eq(run("check", "1", "2"), 64);
}
END_TEST

/* A done video of so many frames in 1280×720, made in so long. */
static void end_video(const char *key, int frames, int kept, long long bytes, int ms)
{
    char result[400], sql[160], id[JOB_ID_LEN + 1];

    snprintf(result, sizeof result,
        "{\"video\":\"/media/k/final.mp4\",\"width\":1280,\"height\":720,\"frames\":%d,"
        "\"kept\":%d,\"bytes\":{\"final.mp4\":%lld,\"poster.jpg\":99}}",
        frames, kept, bytes);
    kit_job(key);
    strcpy(id, kit_claim("me", 1));
    assert_done(store_job_end(kit_store, id, 1, JOB_DONE, result, NULL, NULL, 0, &kit_error));
    snprintf(sql, sizeof sql,
        "UPDATE casecast_jobs SET started_ms = 1, ended_ms = 1 + %d WHERE id = '%s'", ms, id);
    kit_sql(sql);
}

/* The case has 216 frames of 1920×1080: 2.25 times the pixels of 1280×720. */
START_TEST(size_and_time_are_estimated_by_the_videos_of_before)
{
    write_picture("a.jpg", 0);
    write_file("b.json", "{\"cases\": [{\"id\": \"1\", \"scenes\": [{\"image\": \"a.jpg\"},"
                         " {\"image\": \"a.jpg\"}]}]}");
    ck_assert_int_eq(run("import", "b.json"), 0);
    kit_store = kit_open();
    end_video("one", 216, 0, 4000000, 8000);
    ck_assert_int_eq(run("check", "1"), 0);
    assert_has(out, "size     about 9.0 MB, as 1 video before it were\n"
                    "time     about 18.0 s, as 1 video before it took\n");
    end_video("two", 432, 43, 4000000, 32000); /* half the bytes a frame, twice the time */
    end_video("kept", 216, 22, 4400000, 10);   /* too many frames were there before */
    ck_assert_int_eq(run("check", "1"), 0);
    assert_has(out, "size     4.5 to 9.9 MB, as 3 videos before it were\n"
                    "time     18.0 to 36.0 s, as 2 videos before it took\n");
    ck_assert_int_eq(run("check", "1", "--json"), 0);
    assert_has(out, "{\"finding\":\"size\",\"leastBytes\":4500000,\"mostBytes\":9900000,"
                    "\"videos\":3}\n");
    assert_has(out, "{\"finding\":\"time\",\"leastMs\":18000,\"mostMs\":36000,"
                    "\"videos\":2}\n");
}
END_TEST

START_TEST(what_tells_nothing_of_size_and_time_is_passed_over)
{
    write_picture("a.jpg", 0);
    write_file("b.json", "{\"cases\": [{\"id\": \"1\", \"scenes\": [{\"image\": \"a.jpg\"}]}]}");
    ck_assert_int_eq(run("import", "b.json"), 0);
    kit_store = kit_open();
    kit_job("older");
    assert_done(store_job_end(kit_store, kit_claim("me", 1), 1, JOB_DONE,
        "{\"video\":\"/media/k/final.mp4\",\"width\":1280,\"height\":720,\"frames\":9}", NULL, NULL,
        0, &kit_error));
    kit_job("odd");
    assert_done(store_job_end(
        kit_store, kit_claim("me", 1), 1, JOB_DONE, "[\"none\"]", NULL, NULL, 0, &kit_error));
    end_video("still", 0, 0, 0, 10);
    kit_sql("UPDATE casecast_jobs SET started_ms = ended_ms");
    ck_assert_int_eq(run("check", "1"), 0);
    assert_has(out, "size     not known: no video of this database tells it\ncase 1");
}
END_TEST

START_TEST(a_database_of_jobs_that_can_not_be_read_is_told)
{
    write_picture("a.jpg", 0);
    write_file("b.json", "{\"cases\": [{\"id\": \"1\", \"scenes\": [{\"image\": \"a.jpg\"}]}]}");
    ck_assert_int_eq(run("import", "b.json"), 0);
    setenv("CASECAST_CASES", kit_path, 1);
    setenv("CASECAST_DB", "elsewhere.db", 1);
    ck_assert_int_eq(run("check", "1"), 0);
    assert_has(out, "size     not known: elsewhere.db: no database here");
    write_file("elsewhere.db", "this is no database, but a text that is long enough to be read");
    ck_assert_int_eq(run("check", "1"), 0);
    assert_has(out, "size     not known: elsewhere.db is not an SQLite database");
    ck_assert_int_eq(run("check", "1", "--json"), 0);
    assert_has(out, "{\"finding\":\"size\",\"unknown\":\"elsewhere.db is not");
}
END_TEST

/* U+10FFFD is for private use: no font has it. */
/* --- all that was made --- */

/* A done job whose video has the bytes "abc". */
static void add_video(void)
{
    kit_sql("INSERT INTO casecast_jobs(id, kind, subject, key, state, created_ms, result) VALUES "
            "('0123456789abcdefghjkmnpqrs', 'video', '1', 'k', 'done', 1, "
            "'{\"video\":\"/media/k/final.mp4\",\"sums\":{\"final.mp4\":"
            "\"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\"}}')");
    ck_assert_int_eq(mkdir("k", 0700), 0);
    write_file("k/final.mp4", "abc");
}

START_TEST(a_deep_check_finds_each_bit_of_a_video_that_has_changed)
{
    store_close(kit_open());
    add_video();
    run("check", "--deep");
    assert_has(out, "pages, all rows and indexes are whole");
    assert_has(out, "films      1 files of videos have the bytes that they were made with\n");
    for (int bit = 0; bit < 24; bit += 5) {
        char bytes[] = "abc";

        bytes[bit / 8] = (char)(bytes[bit / 8] ^ (1 << bit % 8));
        write_file("k/final.mp4", bytes);
        ck_assert_int_eq(run("check", "--deep"), 1);
        assert_has(out, "/k/final.mp4 has other bytes than it was made with\n");
    }
    unlink("k/final.mp4"); /* it is made again when it is asked for */
    run("check", "--deep");
    assert_has(out, "films      0 files of videos");
    ck_assert_int_eq(run("check", "--deep", "1"), 64);
    assert_has(complaints, "check: --deep reads all that was made, and takes no case\n");
}
END_TEST

START_TEST(a_check_speaks_texts_and_asks_fonts)
{
    double seconds = 0, made = 0;

    write_picture("a.jpg", 0);
    write_file("b.json", "{\"cases\": [{\"id\": \"1\", \"quality\": \"draft\", \"scenes\":"
                         " [{\"image\": \"a.jpg\", \"narration\": \"Good day.\","
                         " \"caption\": \"a \xf4\x8f\xbf\xbd\"}]}]}");
    ck_assert_int_eq(run("import", "b.json"), 0);
    ck_assert_int_eq(run("check", "1"), 0);
    assert_has(out, "warning  scenes[0].caption: no font here has 1 of its characters");
    assert_has(out, "case 1: 0 mistakes, 1 warning\n");
    ck_assert_int_eq(sscanf(strstr(out, "length"), "length %lf", &seconds), 1);
    ck_assert_int_eq(run("create", "1"), 0);
    ck_assert_int_eq(sscanf(strstr(out, "1.mp4: "), "1.mp4: %lf", &made), 1);
    ck_assert_double_eq_tol(seconds, made, 0.01);
}
END_TEST

START_TEST(a_bad_file_changes_nothing_and_the_next_is_imported)
{
    write_picture("a.jpg", 0);
    write_file("b.ogg", AMR);
    write_file("good.json", GOOD);
    write_file("bad.json", "{\"cases\": [{\"id\": \"new\"}, {\"id\": \"1\", \"titel\": \"x\"}]}");
    ck_assert_int_eq(run("import", "bad.json", "good.json"), 65);
    assert_has(complaints, "bad.json: cases[1]: unknown field \"titel\" (did you mean title?)\n");
    ck_assert_str_eq(out, "good.json: 2 cases, 2 scenes\n");
    ck_assert_int_eq(run("cases"), 0);
    ck_assert_ptr_null(strstr(out, "new"));
}
END_TEST

START_TEST(twenty_mistakes_are_shown_and_the_rest_is_counted)
{
    struct buf buf = {0};
    int n_lines = 0;

    buf_add_text(&buf, "{\"cases\": [");
    for (int i = 0; i < 33; i++)
        buf_format(&buf, "%s{\"id\": %d}", i ? "," : "", i);
    buf_add_text(&buf, "]}");
    write_file("many.json", buf.data);
    buf_free(&buf);
    ck_assert_int_eq(run("import", "many.json"), 65);
    for (const char *at = complaints; (at = strstr(at, "must be text")); at++)
        n_lines++;
    ck_assert_int_eq(n_lines, 20);
    assert_has(complaints, "many.json: … and 13 more\nmany.json: 33 mistakes, nothing imported\n");
}
END_TEST

static const struct {
    const char *text, *complaint;
} unreadable[] = {
    {"", "f.json: is empty; it must hold {\"cases\": […]}"},
    {"{\"cases\": [\n  {\"id\": \"1\",}\n]}", "f.json:2:14: string or '}' expected near '}'"},
    {"{\"cases\": [{\"id\": \"1\"}", "f.json:1:22: ']' expected near end of file"},
    {"{\"cases\": [{\"id\": \"1\", \"id\": \"2\"}]}",
        "f.json:1:27: duplicate object key near '\"id\"'"},
    {"{\"cases\": [{\"id\": \"x\xff\"}]}", "f.json:1:"},
    {"{\"cases\": [{\"id\": \"x\\u0000\"}]}", "f.json:1:"},
    {"\xEF\xBB\xBF", "f.json: is empty"},
};

START_TEST(a_file_that_is_no_json_is_told_with_line_and_column)
{
    write_file("f.json", unreadable[_i].text);
    ck_assert_int_eq(run("import", "f.json"), 65);
    assert_has(complaints, unreadable[_i].complaint);
    ck_assert_int_lt(access(kit_path, F_OK), 0);
}
END_TEST

START_TEST(a_file_that_cannot_be_read_is_told)
{
    ck_assert_int_eq(run("import", "gone.json", kit_folder), 74);
    assert_has(complaints, "gone.json: No such file or directory\n");
    assert_has(complaints, ": Is a directory\n");
    setenv("CASECAST_MEDIA_ROOT", "/nowhere", 1);
    ck_assert_int_eq(run("import", "gone.json"), 74);
    assert_has(complaints, "CASECAST_MEDIA_ROOT: /nowhere: No such file or directory\n");
}
END_TEST

START_TEST(a_file_over_the_limit_is_refused_by_name)
{
    write_file("big.json", "{");
    ck_assert_int_eq(truncate("big.json", (64 << 20) + 1), 0);
    ck_assert_int_eq(run("import", "big.json"), 69);
    assert_has(complaints, "big.json: is larger than 64 MiB");
}
END_TEST

START_TEST(a_byte_order_mark_does_no_harm)
{
    write_file("f.json", "\xEF\xBB\xBF{\"cases\": [{\"id\": \"1\"}]}");
    ck_assert_int_eq(run("import", "f.json"), 0);
    ck_assert_str_eq(out, "f.json: 1 case, 0 scenes\n");
}
END_TEST

/* --- cases as files --- */

START_TEST(a_case_is_shown_and_what_is_exported_can_be_imported)
{
    char *exported;

    write_picture("a.jpg", 0);
    write_file("b.ogg", AMR);
    write_file("good.json", GOOD);
    ck_assert_int_eq(run("import", "good.json"), 0);
    ck_assert_int_eq(run("show", "1"), 0);
    assert_has(out, "One\ncase 1, en, 1920×1080 at 30 fps\n\nSCENE  LEAST  IMAGE  AUDIO  WORDS\n1");
    assert_has(out, "\n2             a.jpg  b.ogg\n");
    ck_assert_int_eq(run("show", "two"), 0);
    assert_has(out, "It has no scenes yet.\n");
    ck_assert_int_eq(run("export"), 0);
    exported = strdup(out);
    write_file("again.json", exported);
    ck_assert_int_eq(run("import", "again.json", "--db=again.db"), 0);
    ck_assert_int_eq(run("export", "--db=again.db"), 0);
    ck_assert_str_eq(out, exported);
    free(exported);
    ck_assert_int_eq(run("export", "1", "--json"), 0);
    assert_has(out, "{\"id\":\"1\",\"title\":\"One\",");
    ck_assert_int_eq(run("export", "1", "9"), 66);
    ck_assert_str_eq(out, "");
    ck_assert_int_eq(run("show"), 64);
}
END_TEST

START_TEST(cases_are_imported_from_standard_input)
{
    write_file("f.json", "{\"cases\": [{\"id\": \"1\"}]}");
    ck_assert_ptr_nonnull(freopen("f.json", "r", stdin));
    ck_assert_int_eq(run("import", "-"), 0);
    ck_assert_str_eq(out, "standard input: 1 case, 0 scenes\n");
    ck_assert_int_eq(run("import", "-"), 65); /* it was read to its end */
    assert_has(complaints, "standard input: is empty");
}
END_TEST

int main(int argc, char **argv)
{
    const TTest *const tests[] = {
        a_good_file_is_imported_and_listed,
        files_that_are_missing_or_outside_are_told_with_their_place,
        sounds_that_no_job_could_play_are_told_with_what_they_are,
        pictures_that_no_job_could_show_are_told_with_what_they_are,
        a_case_is_checked_file_by_file,
        size_and_time_are_estimated_by_the_videos_of_before,
        a_database_of_jobs_that_can_not_be_read_is_told,
        what_tells_nothing_of_size_and_time_is_passed_over,
        a_deep_check_finds_each_bit_of_a_video_that_has_changed,
        a_check_speaks_texts_and_asks_fonts,
        a_bad_file_changes_nothing_and_the_next_is_imported,
        twenty_mistakes_are_shown_and_the_rest_is_counted,
        a_file_that_cannot_be_read_is_told,
        a_file_over_the_limit_is_refused_by_name,
        a_byte_order_mark_does_no_harm,
        a_case_is_shown_and_what_is_exported_can_be_imported,
        cases_are_imported_from_standard_input,
    };
    const struct kit_loop loops[] = {
        {a_file_that_is_no_json_is_told_with_line_and_column,
            sizeof unreadable / sizeof *unreadable},
    };

    if (child_is_wanted(argc, argv))
        return child_main(argc, argv);
    return kit_main_loops("cli_cases", tests, sizeof tests / sizeof *tests, loops,
        sizeof loops / sizeof *loops, start);
}

/* fuzz_kind_file.c - libFuzzer target: any bytes are a kind or an error of one line, and a kind
 * has all that its job needs. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/text.h"
#include "program/kind_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct kind_file file;
    struct error err;
    int rc = kind_file_parse("kinds/report.kind", (const char *)data, size, &file, &err);

    assert(rc == 0 || rc == -ERR_INPUT);
    if (rc < 0) {
        assert(strncmp(err.text, "kinds/report.kind: ", 19) == 0);
        assert(text_is_utf8(err.text, strlen(err.text), NULL) && !strchr(err.text, '\n'));
        return 0;
    }
    assert(file.subject_name && *file.subject_name && file.example && file.regex);
    assert(file.argv ? file.argv[0] && *file.argv[0] : file.quiet_ms > 0);
    kind_file_takes(&file, "7");
    kind_file_clear(&file);
    return 0;
}

/* language.c - see language.h. */
#include "video/language/language.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

/* Entries of five letters: the code of ISO 639-1, then that of ISO 639-2/T. */
static const char codes[] =
    "aaaar ababk aeave afafr akaka amamh anarg arara asasm avava ayaym azaze babak bebel "
    "bgbul bhbih bibis bmbam bnben bobod brbre bsbos cacat ceche chcha cocos crcre csces "
    "cuchu cvchv cycym dadan dedeu dvdiv dzdzo eeewe elell eneng eoepo esspa etest eueus "
    "fafas ffful fifin fjfij fofao frfra fyfry gagle gdgla glglg gngrn guguj gvglv hahau "
    "heheb hihin hohmo hrhrv hthat huhun hyhye hzher iaina idind ieile igibo iiiii ikipk "
    "ioido isisl itita iuiku jajpn jvjav kakat kgkon kikik kjkua kkkaz klkal kmkhm knkan "
    "kokor krkau kskas kukur kvkom kwcor kykir lalat lbltz lglug lilim lnlin lolao ltlit "
    "lulub lvlav mgmlg mhmah mimri mkmkd mlmal mnmon mrmar msmsa mtmlt mymya nanau nbnob "
    "ndnde nenep ngndo nlnld nnnno nonor nrnbl nvnav nynya ococi ojoji omorm orori ososs "
    "papan pipli plpol pspus ptpor quque rmroh rnrun roron rurus rwkin sasan scsrd sdsnd "
    "sesme sgsag sisin skslk slslv smsmo snsna sosom sqsqi srsrp ssssw stsot susun svswe "
    "swswa tatam tetel tgtgk ththa titir tktuk tltgl tntsn toton trtur tstso tttat twtwi "
    "tytah uguig ukukr ururd uzuzb veven vivie vovol wawln wowol xhxho yiyid yoyor zazha "
    "zhzho zuzul";

static const char *language_find(const char *two)
{
    for (const char *code = codes; *code; code += code[5] ? 6 : 5)
        if (strncmp(code, two, 2) == 0)
            return code + 2;
    return "und";
}

/* Old names, and names of Chinese: its fonts are chosen by country. */
static const struct {
    const char *name, *tag;
} aliases[] = {{"cmn", "zh-cn"}, {"in", "id"}, {"iw", "he"}, {"ji", "yi"}, {"mo", "ro"},
    {"sh", "sr"}, {"yue", "zh-hk"}, {"zh-hant-hk", "zh-hk"}, {"zh-hant-mo", "zh-hk"},
    {"zh-hk", "zh-hk"}, {"zh-mo", "zh-hk"}, {"zh-hant", "zh-tw"}, {"zh-tw", "zh-tw"},
    {"zh-yue", "zh-hk"}, {"zh", "zh-cn"}};

/* Whether `tag` is `name`, or `name` with further parts. */
static bool language_has_prefix(const char *tag, const char *name)
{
    size_t len = strlen(name);

    return strncmp(tag, name, len) == 0 && (tag[len] == '\0' || tag[len] == '-');
}

void language_tag(const char *language, char ret_tag[static LANGUAGE_TAG_MAX])
{
    size_t len = 0;

    for (; language[len] && language[len] != '+' && len < LANGUAGE_TAG_MAX - 1; len++)
        ret_tag[len] = language[len] == '_' ? '-' : (char)tolower((unsigned char)language[len]);
    ret_tag[len] = '\0';
    for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++)
        if (language_has_prefix(ret_tag, aliases[i].name)) {
            strcpy(ret_tag, aliases[i].tag);
            return;
        }
}

void language_code(const char *language, char ret_code[static 4])
{
    char tag[LANGUAGE_TAG_MAX];
    size_t len;

    language_tag(language, tag);
    len = strcspn(tag, "-");
    memcpy(ret_code, len == 3 ? tag : len == 2 ? language_find(tag) : "und", 3);
    ret_code[3] = '\0';
}

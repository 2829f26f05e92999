/* language.c - see language.h. */
#include "video/language.h"

#include <ctype.h>
#include <string.h>

/* ISO 639-1 and, joined to it, what ISO 639-2/T calls the same language. */
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

static const char *find(const char *two)
{
    for (const char *code = codes; *code; code += code[5] ? 6 : 5)
        if (strncmp(code, two, 2) == 0)
            return code + 2;
    return "und";
}

void language_code(const char *voice, char ret_code[static 4])
{
    char low[4] = "";
    size_t len = 0;

    while (len < 3 && isalpha((unsigned char)voice[len])) {
        low[len] = (char)tolower((unsigned char)voice[len]);
        len++;
    }
    if (isalnum((unsigned char)voice[len]))
        len = 0; /* a longer name */
    memcpy(ret_code, len == 3 ? low : len == 2 ? find(low) : "und", 3);
    ret_code[3] = '\0';
}

/* seal.c - the program casecast-seal, which casecast starts in place of espeak-ng. */
#include <stdio.h>

#include "video/sealed/seal_program.h"

int main(int argc, char **argv)
{
    if (seal_program_is_wanted(argc, argv))
        return seal_program_main(argc, argv);
    fputs("casecast-seal is started by casecast\n", stderr);
    return 64;
}

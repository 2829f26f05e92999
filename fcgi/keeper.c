/* keeper.c - the program casecast-keeper, which casecast starts for each program that is a job. */
#include "program/keeper.h"

#include <stdio.h>

int main(int argc, char **argv)
{
    if (keeper_is_wanted(argc, argv))
        return keeper_main(argc, argv);
    fputs("casecast-keeper is started by casecast\n", stderr);
    return 64;
}

/* case_list.h - the route that lists and searches cases. */
#pragma once

#include "case/case.h"
#include "route/route.h"

/* GET /api/cases */
void route_case_list(struct request *request);

/* A case as the list has it. */
void case_list_answer_one(struct request *request, const struct case_record *record);

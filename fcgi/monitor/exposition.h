/* exposition.h - figures in the text format of Prometheus 0.0.4: families of samples, and the texts
 * of several processes as one.
 *
 * The format wants all samples of a family below one head.  Source: the page "Exposition formats"
 * of Prometheus' documentation.
 *
 * Any thread; an exposition belongs to one thread at a time. */
#pragma once

#include "base/buf.h"

struct exposition {
    struct buf *out;
    const char *process; /* the value of the label `process` of all samples; NULL: they have none */
};

/* The head of a family: its name without "casecast_", its type ("counter"), and what it is. */
void exposition_family(struct exposition *to, const char *name, const char *type, const char *help);

/* A sample of the family: `name` may have a suffix of a histogram.  `label` is the name of one
 * label more, and `value` its value; NULL: there is none. */
void exposition_sample(
    struct exposition *to, const char *name, const char *label, const char *value, double number);

/* A family with one sample without a label of its own. */
void exposition_figure(
    struct exposition *to, const char *name, const char *type, const char *help, double number);

/* Adds the samples of all texts to `out`, the families in the order in which they come first.  What
 * is before the first head of a text is dropped. */
void exposition_merge(struct buf *out, const char *const *texts, int n);

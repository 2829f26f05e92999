/* track.c - the motion error of a bright spot on a dark, even ground, in raw grey frames on stdin.
 *
 *   track WIDTH HEIGHT <FRAMES
 *
 * The spot's centre of mass is its position, to a hundredth of a pixel.  The ideal path is the
 * nearest smooth one (a polynomial over time, which follows every zoom, pan and ease but no jerk).
 * The error of a step is the difference between the frame's move and the ideal path's.  Prints the
 * root mean square of these errors, in pixels, as a line of JSON. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { FRAMES_MAX = 4096, DEGREE = 9, GROUND = 24 /* above the noise of the ground */ };

static int place(const uint8_t *frame, int width, int height, double *ret_x, double *ret_y)
{
    double sum = 0, x_sum = 0, y_sum = 0;

    for (int y = 0; y < height; y++) {
        double row = 0;

        for (int x = 0; x < width; x++) {
            int weight = frame[(size_t)y * (size_t)width + (size_t)x] - GROUND;

            if (weight <= 0)
                continue;
            row += weight;
            x_sum += (double)weight * x;
        }
        sum += row;
        y_sum += row * y;
    }
    if (sum <= 0)
        return -1;
    *ret_x = x_sum / sum;
    *ret_y = y_sum / sum;
    return 0;
}

/* Subtracts from `at` its projection on polynomials of the time: those of Chebyshev, made
 * orthogonal over the frames. */
static void straighten(double *at, int n)
{
    static double basis[DEGREE + 1][FRAMES_MAX];

    for (int degree = 0; degree <= DEGREE; degree++) {
        double *b = basis[degree], norm = 0, share = 0;

        for (int i = 0; i < n; i++)
            b[i] = cos(degree * acos((2.0 * i + 1 - n) / n));
        for (int lower = 0; lower < degree; lower++) {
            double dot = 0;

            for (int i = 0; i < n; i++)
                dot += b[i] * basis[lower][i];
            for (int i = 0; i < n; i++)
                b[i] -= dot * basis[lower][i];
        }
        for (int i = 0; i < n; i++)
            norm += b[i] * b[i];
        for (int i = 0; i < n; i++) {
            b[i] /= sqrt(norm);
            share += b[i] * at[i];
        }
        for (int i = 0; i < n; i++)
            at[i] -= share * b[i];
    }
}

static double step_error(const double *x, const double *y, int n)
{
    double sum = 0;

    for (int i = 1; i < n; i++)
        sum += (x[i] - x[i - 1]) * (x[i] - x[i - 1]) + (y[i] - y[i - 1]) * (y[i] - y[i - 1]);
    return sqrt(sum / (n - 1));
}

int main(int argc, char **argv)
{
    static double x[FRAMES_MAX], y[FRAMES_MAX];
    int width = argc == 3 ? atoi(argv[1]) : 0, height = argc == 3 ? atoi(argv[2]) : 0, n = 0;
    double moved;
    uint8_t *frame;

    if (width <= 0 || height <= 0)
        return 2;
    frame = mem_new_n((size_t)width * (size_t)height, uint8_t);
    while (n < FRAMES_MAX && fread(frame, (size_t)width * (size_t)height, 1, stdin) == 1)
        if (place(frame, width, height, &x[n], &y[n]) == 0)
            n++;
    free(frame);
    if (n <= 3 * DEGREE) {
        fprintf(stderr, "track: %d frames show the mark: too few\n", n);
        return 1;
    }
    moved = hypot(x[n - 1] - x[0], y[n - 1] - y[0]);
    straighten(x, n);
    straighten(y, n);
    printf(
        "{\"motionPx\": %.4f, \"movedPx\": %.1f, \"frames\": %d}\n", step_error(x, y, n), moved, n);
    return 0;
}

/* colour.c - see colour.h.  Transfer code points are those of ITU-T H.273, table 3. */
#include "video/picture/colour.h"

#include <lcms2.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum {
    CURVE_POINTS = 4096,
    GRID = 9, /* samples a channel, in the test whether a profile changes anything */
};
/* cd/m²: the brightest sample of a curve, and the light that browsers show as white. */
#define PQ_NITS 10000.0
#define HLG_NITS 1000.0
#define WHITE_NITS 400.0

struct colour {
    cmsHTRANSFORM transform; /* NULL: CMYK without a profile */
    enum raster_layout layout;
    int depth;
    bool takes_grey; /* the profile is grey: only the first channel is converted */
};

/* --- transfer curves: a stored sample to linear light, both 0…1 --- */

/* IEC 61966-2-1. */
static double colour_light_srgb(double v)
{
    return v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4);
}

/* SMPTE ST 2084 (PQ).  Light above white is clipped. */
static double colour_light_pq(double v)
{
    double m1 = 0.1593017578125, m2 = 78.84375, c1 = 0.8359375, c2 = 18.8515625, c3 = 18.6875;
    double root = pow(v, 1 / m2);

    return fmin(1, pow(fmax(root - c1, 0) / (c2 - c3 * root), 1 / m1) * PQ_NITS / WHITE_NITS);
}

/* ARIB STD-B67 (HLG), with a system gamma of 1.2.  Light above white is clipped. */
static double colour_light_hlg(double v)
{
    double a = 0.17883277, b = 0.28466892, c = 0.55991073;
    double scene = v <= 0.5 ? v * v / 3 : (exp((v - c) / a) + b) / 12;

    return fmin(1, pow(scene, 1.2) * HLG_NITS / WHITE_NITS);
}

static double colour_light(const struct picture_colours *colours, double v)
{
    switch (colours->transfer) {
    case 1:
    case 6:
    case 14:
    case 15:
        return pow(v, 2.4); /* the display's curve, BT.1886, not the camera's */
    case 4:
        return pow(v, 2.2);
    case 5:
        return pow(v, 2.8);
    case 8:
        return v;
    case 16:
        return colour_light_pq(v);
    case 18:
        return colour_light_hlg(v);
    case PICTURE_TRANSFER_GAMMA:
        return pow(v, 1 / colours->gamma);
    default:
        return colour_light_srgb(v);
    }
}

static cmsToneCurve *colour_make_curve(const struct picture_colours *colours)
{
    cmsFloat32Number *points = mem_new_n(CURVE_POINTS, cmsFloat32Number);
    cmsToneCurve *curve;

    for (int i = 0; i < CURVE_POINTS; i++)
        points[i] = (cmsFloat32Number)colour_light(colours, (double)i / (CURVE_POINTS - 1));
    curve = cmsBuildTabulatedToneCurveFloat(NULL, CURVE_POINTS, points);
    free(points);
    return curve;
}

/* --- profiles --- */

static cmsHPROFILE colour_make_profile(const struct picture_colours *colours)
{
    const double *xy = colours->primaries;
    cmsCIExyY white = {xy[0], xy[1], 1};
    cmsCIExyYTRIPLE primaries = {{xy[2], xy[3], 1}, {xy[4], xy[5], 1}, {xy[6], xy[7], 1}};
    cmsToneCurve *curve = colour_make_curve(colours), *curves[3] = {curve, curve, curve};
    cmsHPROFILE profile = curve ? cmsCreateRGBProfile(&white, &primaries, curves) : NULL;

    cmsFreeToneCurve(curve);
    return profile;
}

/* Whether a profile of colour space `space` can convert rows of `layout`. */
static bool colour_space_fits(
    const struct picture_head *head, cmsColorSpaceSignature space, enum raster_layout layout)
{
    switch (space) {
    case cmsSigGrayData:
        return layout == RASTER_GREY || head->is_grey;
    case cmsSigRgbData:
        return layout != RASTER_CMYK;
    case cmsSigCmykData:
        return layout == RASTER_CMYK;
    default:
        return false;
    }
}

static bool colour_is_of_device(cmsHPROFILE profile)
{
    cmsProfileClassSignature class = cmsGetDeviceClass(profile);

    return class == cmsSigInputClass || class == cmsSigDisplayClass || class == cmsSigOutputClass ||
           class == cmsSigColorSpaceClass;
}

/* The profile to convert from; NULL: there is none that can be used. */
static cmsHPROFILE colour_profile(struct picture_head *head, enum raster_layout layout)
{
    cmsHPROFILE profile;

    if (head->profile_size == 0)
        return head->colours.transfer && layout != RASTER_CMYK ? colour_make_profile(&head->colours)
                                                               : NULL;
    profile = cmsOpenProfileFromMem(head->profile, (cmsUInt32Number)head->profile_size);
    if (profile && colour_is_of_device(profile) &&
        colour_space_fits(head, cmsGetColorSpace(profile), layout))
        return profile;
    picture_warn(head, "its colour profile %s and is ignored",
        profile ? "is for another colour model or use" : "is damaged");
    if (profile)
        cmsCloseProfile(profile);
    return NULL;
}

static cmsUInt32Number colour_format_from(const struct colour *colour)
{
    cmsUInt32Number bytes = BYTES_SH((cmsUInt32Number)colour->depth / 8);

    if (colour->takes_grey)
        return bytes | COLORSPACE_SH(PT_GRAY) | CHANNELS_SH(1);
    if (colour->layout == RASTER_CMYK)
        return bytes | COLORSPACE_SH(PT_CMYK) | CHANNELS_SH(4);
    return bytes | COLORSPACE_SH(PT_RGB) | CHANNELS_SH(3) | EXTRA_SH(colour->layout == RASTER_RGBA);
}

static cmsUInt32Number colour_format_to(const struct colour *colour)
{
    return BYTES_SH((cmsUInt32Number)colour->depth / 8) | COLORSPACE_SH(PT_RGB) | CHANNELS_SH(3) |
           EXTRA_SH(colour->layout == RASTER_RGBA);
}

/* As browsers convert: perceptual where the profile has tables for it, else colorimetric.  sRGB as
 * a version 2 profile keeps lcms from black point compensation, which it adds between two profiles
 * of version 4. */
static cmsHTRANSFORM colour_transform(
    cmsHPROFILE from, cmsUInt32Number format_from, cmsUInt32Number format_to, cmsUInt32Number flags)
{
    cmsHPROFILE srgb = cmsCreate_sRGBProfile();
    cmsHTRANSFORM transform = NULL;

    if (srgb) {
        cmsSetProfileVersion(srgb, 2.1);
        transform =
            cmsCreateTransform(from, format_from, srgb, format_to, INTENT_PERCEPTUAL, flags);
        cmsCloseProfile(srgb);
    }
    return transform;
}

/* Most profiles are sRGB: a conversion that changes no sample of a grid by more than 1 is none. */
static bool colour_is_srgb(cmsHPROFILE profile)
{
    cmsHTRANSFORM transform =
        colour_transform(profile, TYPE_RGB_8, TYPE_RGB_8, cmsFLAGS_NOOPTIMIZE);
    bool is_same = transform != NULL;

    for (int i = 0; is_same && i < GRID * GRID * GRID; i++) {
        uint8_t from[3] = {(uint8_t)(i % GRID * 255 / (GRID - 1)),
            (uint8_t)(i / GRID % GRID * 255 / (GRID - 1)),
            (uint8_t)(i / GRID / GRID * 255 / (GRID - 1))};
        uint8_t to[3];

        cmsDoTransform(transform, from, to, 1);
        for (int c = 0; c < 3; c++)
            is_same = is_same && abs(from[c] - to[c]) <= 1;
    }
    if (transform)
        cmsDeleteTransform(transform);
    return is_same;
}

/* False: the profile changes nothing. */
static bool colour_set_profile(struct colour *colour, cmsHPROFILE profile)
{
    cmsColorSpaceSignature space = cmsGetColorSpace(profile);
    /* With 16 bits or CMYK, lcms' optimization goes through a table that is too coarse. */
    bool is_exact = colour->depth > 8 || space == cmsSigCmykData;

    if (space == cmsSigRgbData && colour_is_srgb(profile))
        return false;
    colour->takes_grey = space == cmsSigGrayData;
    colour->transform = colour_transform(profile, colour_format_from(colour),
        colour_format_to(colour), is_exact ? cmsFLAGS_NOOPTIMIZE : cmsFLAGS_HIGHRESPRECALC);
    return true;
}

struct colour *colour_open(struct picture_head *head, enum raster_layout layout, int depth)
{
    cmsHPROFILE profile = colour_profile(head, layout);
    struct colour *colour;
    bool is_needed = layout == RASTER_CMYK;

    if (!profile && !is_needed)
        return NULL;
    colour = mem_new(struct colour);
    colour->layout = layout;
    colour->depth = depth;
    if (profile) {
        is_needed |= colour_set_profile(colour, profile);
        cmsCloseProfile(profile);
        if (is_needed && !colour->transform) {
            picture_warn(head, "its colour profile is damaged and is ignored");
            is_needed = layout == RASTER_CMYK;
        }
    }
    if (!is_needed) {
        colour_close(colour);
        return NULL;
    }
    return colour;
}

void colour_close(struct colour *colour)
{
    if (!colour)
        return;
    if (colour->transform)
        cmsDeleteTransform(colour->transform);
    free(colour);
}

bool colour_is_needed(struct picture_head *head)
{
    struct colour *colour = colour_open(head, RASTER_RGB, 8);

    colour_close(colour);
    return colour != NULL;
}

/* --- rows --- */

/* CMYK without a profile: each ink absorbs its share of the light. */
static void colour_convert_inks(const uint8_t *from, uint8_t *to, int n)
{
    for (int i = 0; i < n; i++, from += 4, to += 3)
        for (int c = 0; c < 3; c++)
            to[c] = (uint8_t)(((255 - from[c]) * (255 - from[3]) + 127) / 255);
}

/* Copies the first of `channels` channels of each pixel `copies` times: 1 for grey, 3 for RGB. */
static void colour_copy_first(
    const uint8_t *from, int channels, uint8_t *to, int copies, int n, size_t bytes)
{
    for (int i = 0; i < n; i++, from += (size_t)channels * bytes)
        for (int c = 0; c < copies; c++, to += bytes)
            memcpy(to, from, bytes);
}

static void colour_copy_alpha(const uint8_t *from, uint8_t *to, int n, size_t bytes)
{
    for (int i = 0; i < n; i++)
        memcpy(to + (4 * (size_t)i + 3) * bytes, from + (4 * (size_t)i + 3) * bytes, bytes);
}

enum raster_layout colour_convert(struct colour *colour, const void *from, void *to, int n)
{
    enum raster_layout layout = colour->layout;
    size_t bytes = (size_t)colour->depth / 8;
    int channels = layout == RASTER_GREY ? 1 : layout == RASTER_RGB ? 3 : 4;
    int wanted = colour->takes_grey ? 1 : 3;
    uint8_t *scratch = NULL;

    if (!colour->transform) {
        colour_convert_inks(from, to, n);
        return RASTER_RGB;
    }
    if (layout == RASTER_RGBA)
        colour_copy_alpha(from, to, n, bytes);
    if (layout == RASTER_GREY || colour->takes_grey) {
        scratch = mem_zero((size_t)n * (size_t)wanted, bytes);
        colour_copy_first(from, channels, scratch, wanted, n, bytes);
    }
    cmsDoTransform(colour->transform, scratch ? scratch : from, to, (cmsUInt32Number)n);
    free(scratch);
    return layout == RASTER_RGBA ? RASTER_RGBA : RASTER_RGB;
}

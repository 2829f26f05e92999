/* case_record.h - the record of a case, and the limits of its fields.  Any thread. */
#pragma once

#include <stdbool.h>

#include "base/error.h"

enum {
    CASE_ID_MAX = 64,       /* characters: A-Z a-z 0-9 _ - */
    CASE_LANGUAGE_MAX = 32, /* the same, and +: see voice.h */
    CASE_TITLE_MAX = 200,   /* code points, as all below up to the path */
    CASE_CREDIT_MAX = 500,
    CASE_CAPTION_MAX = 5000,
    CASE_NARRATION_MAX = 10000,
    CASE_PATH_MAX = 1000, /* bytes */
    CASE_FONT_MAX = 100,
    CASE_SCENES_MAX = 200,
    CASE_SCENE_SECONDS_MAX = 600,
    CASE_SECONDS_MAX = 2 * 3600, /* of all scenes together */
    CASE_CAPTION_SIZE_MAX = 20,  /* percent of the frame's shorter side */
};

/* The first value of each is the default. */
enum case_shape {
    CASE_LANDSCAPE, /* 16:9 */
    CASE_PORTRAIT,  /* 9:16 */
    CASE_SQUARE,    /* 1:1 */
    CASE_UPRIGHT,   /* 4:5 */
};
enum case_quality { CASE_STANDARD, CASE_DRAFT, CASE_HIGH };
enum case_position { CASE_BOTTOM, CASE_MIDDLE, CASE_TOP };
enum case_motion {
    CASE_MOTION_CHOSEN, /* by motion_choose(): neighbouring scenes differ */
    CASE_MOTION_IN,
    CASE_MOTION_OUT,
    CASE_MOTION_LEFT,
    CASE_MOTION_RIGHT,
    CASE_MOTION_UP,
    CASE_MOTION_DOWN,
    CASE_MOTION_STILL,
};
enum case_fit {
    CASE_FIT_CROP, /* the picture fills the frame, and the rest of it is cut off */
    CASE_FIT_BLUR, /* the whole picture over a blurred copy of itself that fills the frame */
};
enum case_transition {
    CASE_TRANSITION_FADE, /* one picture dissolves into the other */
    CASE_TRANSITION_CUT,
    CASE_TRANSITION_BLACK, /* fade out, fade in */
    CASE_TRANSITION_SLIDE, /* the new picture pushes the old one out */
    CASE_TRANSITION_WIPE,  /* the new picture is uncovered from one side to the other */
};
enum { N_CASE_TRANSITIONS = CASE_TRANSITION_WIPE + 1 };

struct scene {
    char *image;     /* a file below the media root */
    char *caption;   /* NULL: none; it may hold newlines */
    char *narration; /* text to speak; NULL: none */
    char *audio;    /* a sound file below the media root, used instead of `narration`; NULL: none */
    char *credit;   /* who made the picture; NULL: not given */
    double seconds; /* least time on the screen; 0: the length of the sound, or 4 s without sound */
    char *title;    /* of its chapter; NULL: none */
    enum case_motion motion;
    double focus_x, focus_y; /* the point that matters, 0…1 from left and top; -1: not given */
    enum case_fit fit;
    enum case_transition transition; /* from the scene before */
};

struct case_record {
    char *id;
    char *title;
    char *language; /* "en", "pt-BR", "zh-Hant", "en+f3": see voice.h */
    enum case_shape shape;
    int lines; /* the frame's shorter side in pixels: 720 1080 1440 2160 */
    int fps;   /* 24 25 30 48 50 60 */
    enum case_quality quality;
    char *music;     /* a sound file below the media root; NULL: none */
    bool title_card; /* the title stands over the first picture for a while */
    bool fades;      /* the video fades in from black and out to black */
    bool credits;    /* the video ends with the credits of the pictures */
    char *caption_font, *caption_color, *caption_box; /* colour "#rrggbb", box "#rrggbbaa";
                                                        NULL: default */
    double caption_size;                              /* percent of the shorter side; 0: default */
    enum case_position caption_position;
    int n_scenes;
    struct scene *scenes;
};

/* The defaults that are not 0, for initialisers of records in code. */
#define CASE_DEFAULTS .lines = 1080, .fps = 30
#define SCENE_DEFAULTS .focus_x = -1, .focus_y = -1

/* The size of the case's frames in pixels; both are even. */
void case_frame_size(const struct case_record *record, int *ret_width, int *ret_height);

/* Can `id` be the id of a case?  -ERR_INPUT: the message begins with the value in quotes; the
 * caller puts its own name for it in front (error_where): "caseId ", "cases[0].id: ". */
int case_id_check(const char *id, struct error *err);

/* engine.h - which engine made it. */
#pragma once

/* Takes part in every digest of something made.  Raise it with every change that changes the bytes
 * of a result. */
enum { ENGINE_VERSION = 17 };

/* SPDX-License-Identifier: GPL-2.0-only */
/* What every unit test includes first: cmocka wants these headers before its own. */
#ifndef GFPTRACE_TESTS_UNIT_H
#define GFPTRACE_TESTS_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#endif

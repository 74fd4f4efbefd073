// SPDX-License-Identifier: GPL-2.0-only
/* The programs of request.bpf.c for a plain run: see maps.bpf.h. */
#define GFT_PLAIN
#define entry_fentry   entry_plain
#define entry_sampling entry_plain_sampling
#define exit_symbol    exit_plain
#include "request.bpf.c"

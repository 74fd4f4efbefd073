// SPDX-License-Identifier: GPL-2.0-only
/* Copy 3 of the programs of request.bpf.c: see there and maps.bpf.h. */
#define GFT_COPY     3
#define entry_fentry entry_copy3
#define exit_symbol  exit_symbol_copy3
#define exit_address exit_address_copy3
#include "request.bpf.c"

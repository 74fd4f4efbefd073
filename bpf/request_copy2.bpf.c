// SPDX-License-Identifier: GPL-2.0-only
/* Copy 2 of the programs of request.bpf.c: see there and maps.bpf.h. */
#define GFT_COPY     2
#define entry_fentry entry_copy2
#define exit_symbol  exit_symbol_copy2
#define exit_address exit_address_copy2
#include "request.bpf.c"

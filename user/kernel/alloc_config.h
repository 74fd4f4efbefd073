/* SPDX-License-Identifier: GPL-2.0-only */
/* What the BPF side needs to know of this kernel to tell why a request failed. Pure. */
#ifndef GFPTRACE_USER_FAILURE_CONFIG_H
#define GFPTRACE_USER_FAILURE_CONFIG_H

#include <gfptrace/failure.h>

#include "kernel/btf_facts.h"
#include "kernel/gfp_flags.h"

void failure_config__read(const struct btf *btf, const struct btf_facts *facts,
			  const struct gfp_flags *flags, struct gft_failure_config *config);

#endif

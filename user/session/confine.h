/* SPDX-License-Identifier: GPL-2.0-only */
/* All that tracing needs is open and attached: give up the rights to open and attach more. */
#ifndef GFPTRACE_USER_CONFINE_H
#define GFPTRACE_USER_CONFINE_H

#include "session/session.h"

/*
 * Shed all capabilities and enter the sandbox, for good, with what this run may still need:
 * `groups` of enum sandbox_group beside those that follow from its options. What capability must
 * stay, and why, is logged with -v. After activation, after survive(), and when commands and the
 * keeper have been forked. Returns an exit status, the error is logged.
 */
int confine(const struct session *session, unsigned int groups);

#endif

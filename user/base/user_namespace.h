/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GFPTRACE_BASE_USER_NAMESPACE_H
#define GFPTRACE_BASE_USER_NAMESPACE_H

#include <stdbool.h>
#include <sys/types.h>

/* Are we in a user namespace of our own, where root's rights end? False where it cannot be told. */
bool user_namespace__is_ours(void);

/* Is this what the owner of a file looks like who is no user of our namespace? */
bool user_namespace__is_unmapped(uid_t user);

#endif

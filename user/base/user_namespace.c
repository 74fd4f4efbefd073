// SPDX-License-Identifier: GPL-2.0-only
#include "base/user_namespace.h"

#include <sys/stat.h>

#define INITIAL	     0xeffffffdu /* PROC_USER_INIT_INO, include/linux/proc_ns.h */
#define OVERFLOW_UID 65534	 /* DEFAULT_OVERFLOWUID, include/linux/highuid.h */

bool user_namespace__is_ours(void)
{
	struct stat status;

	return !stat("/proc/self/ns/user", &status) && status.st_ino != INITIAL;
}

bool user_namespace__is_unmapped(uid_t user)
{
	return user == OVERFLOW_UID && user_namespace__is_ours();
}

// SPDX-License-Identifier: GPL-2.0-only
#include "process/landlock.h"

#include <errno.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

/* All rights of the ABI versions, oldest first: what is not named is not restricted. */
static uint64_t all_rights(long version)
{
	uint64_t rights = LANDLOCK_ACCESS_FS_MAKE_SYM * 2 - 1;

	if (version >= 2)
		rights |= 1ull << 13; /* LANDLOCK_ACCESS_FS_REFER */
	if (version >= 3)
		rights |= 1ull << 14; /* LANDLOCK_ACCESS_FS_TRUNCATE */
	return rights;
}

static int add(int ruleset, int folder)
{
	const struct landlock_path_beneath_attr rule = {
		.allowed_access = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR,
		.parent_fd = folder,
	};

	return syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0)
		       ? -errno
		       : 0;
}

int landlock__read_only(const int *folders, size_t nr)
{
	struct landlock_ruleset_attr attr = {};
	long version =
		syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	int ruleset, err = 0;

	if (version < 0)
		return -errno;
	attr.handled_access_fs = all_rights(version);
	/* an older kernel takes the first field alone */
	ruleset =
		(int)syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr.handled_access_fs), 0);
	if (ruleset < 0)
		return -errno;
	for (size_t i = 0; i < nr && !err; i++)
		err = add(ruleset, folders[i]);
	if (!err && syscall(SYS_landlock_restrict_self, ruleset, 0))
		err = -errno;
	close(ruleset);
	return err;
}

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The capabilities of this process: low until they are needed, raised to load and attach, shed
 * for good after that (capabilities(7)).
 */
#ifndef GFPTRACE_USER_PRIVILEGE_H
#define GFPTRACE_USER_PRIVILEGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PRIVILEGE(capability) (1ull << (capability))

/* A capability and what it is for. */
struct privilege {
	int capability;
	const char *name;
	const char *use;
	bool needed; /* without it nothing can be traced */
};

#define PRIVILEGES 7
extern const struct privilege privileges[PRIVILEGES];

/*
 * Where capabilities came with the program's file and not with the user: none is in effect from
 * here on, so that files are opened and written as that user might. Root loses CAP_FSETID: a
 * set-uid file that it writes is one no more.
 */
void privilege__lower(void);

/* All that we have are in effect, but for CAP_FSETID. Returns 0 or a negative errno. */
int privilege__raise(void);

/* Keep those in the set `keep` of what we have, in effect, and lose all others for good, of the
 * bounding set too where we may. Nothing that is executed later gains any.
 * Returns 0 or a negative errno.
 */
int privilege__shed(uint64_t keep);

/* May we use it? CAP_SYS_ADMIN includes CAP_BPF and CAP_PERFMON. */
bool privilege__has(int capability);

/* Does this kernel take system calls on what is loaded already from a process without any? */
bool privilege__bpf_is_open(void);

/* "CAP_BPF and CAP_PERFMON are missing": the needed ones that we lack; "" if we have all. */
void privilege__describe_missing(char *text, size_t size);

/* What to do about it, with the path of this program. */
#define PRIVILEGE_REMEDY 512
void privilege__remedy(char *text, size_t size);

#endif

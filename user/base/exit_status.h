/* SPDX-License-Identifier: GPL-2.0-only */
/* The exit statuses: part of the interface; README.md names them. */
#ifndef GFPTRACE_USER_STATUS_H
#define GFPTRACE_USER_STATUS_H

enum exit_status {
	STATUS_OK = 0,		/* done, every rule holds */
	STATUS_VIOLATED = 1,	/* a rule is violated, a regression found, --stop-on fired */
	STATUS_USAGE = 2,	/* usage or unusable input */
	STATUS_UNSUPPORTED = 3, /* this kernel or these privileges do not allow it */
	STATUS_INTERNAL = 4,	/* an internal error, a report that could not be written */
};

#endif

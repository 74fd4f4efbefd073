// SPDX-License-Identifier: GPL-2.0-only
/* The first lines of a report: who asked for what, on which CPU, through which functions. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mm/gfp_names.h"
#include "explain/line.h"
#include "explain/klog_internal.h"
#include "mm/wrapper_names.h"

/* "failure: order:N"; kernels before 2.6.39 have a point there */
static const char failure_word[] = ": page allocation failure";

static const char *find_failure(const char *text)
{
	const char *at = strstr(text, failure_word), *end;

	if (!at)
		return NULL;
	end = at + strlen(failure_word);
	return (*end == ':' || *end == '.') && !strncmp(end + 1, " order:", 7) ? at : NULL;
}
static const char oom[] = " invoked oom-killer: ";

/* The number behind `key`; what is out of range is counted and stays unknown. */
static bool number_behind(struct klog_report *report, const char *text, const char *key,
			  uint64_t *number)
{
	const char *at = strstr(text, key);

	if (!at)
		return false;
	at += strlen(key);
	at += strspn(at, " ");
	if (klog_number(&at, number))
		return true;
	report->refused += isdigit((unsigned char)*at) != 0;
	return false;
}

/* What stands between `key` and the first of `ends`. */
static void word_behind(const char *text, const char *key, const char *ends, char *to, size_t size)
{
	const char *at = strstr(text, key);

	if (!at)
		return;
	at += strlen(key);
	klog_copy(to, size, at, strcspn(at, ends));
}

/* "mode:0x820(GFP_ATOMIC)", "gfp_mask=0xcc0(GFP_KERNEL)" */
static void take_gfp(struct klog_report *report, const char *text)
{
	struct klog_event *event = &report->event;
	const char *at = strstr(text, "mode:0x");
	char *end;

	if (at)
		at += strlen("mode:");
	else if ((at = strstr(text, "gfp_mask=0x")))
		at += strlen("gfp_mask=");
	else
		return;
	event->mode = strtoull(at, &end, 16);
	if (event->mode > UINT32_MAX) {
		event->mode = AUTOPSY_UNKNOWN;
		report->refused++;
	}
	if (*end != '(')
		return;
	klog_copy(event->gfp, sizeof(event->gfp), end + 1, strcspn(end + 1, ")"));
	event->autopsy.gfp_known = gfp_names__decode(event->gfp, &event->autopsy.gfp);
}

void klog_report__cpuset(struct klog_report *report, const char *text)
{
	struct klog_event *event = &report->event;

	/* v5.0 continues the first line (commit ef8444ea01d7), v4.19 has one of its own */
	word_behind(text, "cpuset=", ", ", event->cpuset, sizeof(event->cpuset));
	if (!strstr(text, "mems_allowed="))
		return;
	/* a list of nodes has commas: 0-1,3 */
	text = strstr(text, "mems_allowed=") + strlen("mems_allowed=");
	klog_copy(event->mems_allowed, sizeof(event->mems_allowed), text,
		  strspn(text, "0123456789-,"));
}

static void take_nodemask(struct klog_event *event, const char *text)
{
	const char *at = strstr(text, "nodemask=");
	size_t length;

	if (!at)
		return;
	at += strlen("nodemask=");
	length = *at == '(' ? strcspn(at, ", ") : strspn(at, "0123456789-,");
	if (length && at[length - 1] == ',')
		length--;
	klog_copy(event->nodemask, sizeof(event->nodemask), at, length);
}

bool klog_report__header(struct klog_report *report, const char *text)
{
	struct klog_event *event = &report->event;
	const char *mark = find_failure(text);
	uint64_t order;
	bool known;

	event->kind = mark ? KLOG_FAILURE : KLOG_OOM;
	if (!mark)
		mark = strstr(text, oom);
	if (!mark)
		return false;
	text += strspn(text, " ");
	/* of what is longer than any comm the front is a prefix */
	if (mark - text >= (ptrdiff_t)sizeof(event->comm))
		text = mark - sizeof(event->comm) + 1;
	klog_copy(event->comm, sizeof(event->comm), text, text < mark ? (size_t)(mark - text) : 0);
	if (event->kind == KLOG_FAILURE)
		known = number_behind(report, mark, "order:", &order);
	else
		known = number_behind(report, mark, "order=", &order);
	/* No kernel has such orders: this is no report, or not one to believe. */
	if (!known || order >= 64)
		return false;
	event->autopsy.order = (uint32_t)order;
	take_gfp(report, mark);
	take_nodemask(event, mark);
	klog_report__cpuset(report, mark);
	return true;
}

bool klog_report__same_comm(const struct klog_report *report, const char *text, size_t *length)
{
	const char *const ends[] = {" Not tainted", " Tainted:"};
	const char *comm = strstr(text, "omm: "), *end;
	size_t known = strlen(report->event.comm);

	if (!comm)
		return false;
	comm += strlen("omm: ");
	*length = 0;
	for (size_t i = 0; i < 2 && !*length; i++)
		if ((end = strstr(comm, ends[i])))
			*length = (size_t)(end - comm);
	if (!*length)
		*length = strcspn(comm, " ");
	return *length && *length <= known &&
	       !strncmp(report->event.comm + known - *length, comm, *length);
}

/* What stood before the comm in the first line is a prefix that was not known as one. */
static void take_comm(struct klog_report *report, const char *text)
{
	struct klog_event *event = &report->event;
	size_t length, known = strlen(event->comm);

	if (klog_report__same_comm(report, text, &length) && length < known)
		memmove(event->comm, event->comm + known - length, length + 1);
}

/* "CPU: 1 UID: 0 PID: 174 Comm: name Tainted: G  OE  6.12.1-amd64 #1": lib/dump_stack.c */
void klog_report__cpu(struct klog_report *report, const char *text)
{
	struct klog_event *event = &report->event;
	const char *at = strstr(text, "ainted");

	number_behind(report, text, "CPU: ", &event->cpu);
	if (!number_behind(report, text, " PID: ", &event->pid))
		number_behind(report, text, "Pid: ", &event->pid);
	take_comm(report, text);
	if (!at)
		return;
	/* the release is the first word behind that begins with a digit and has a point */
	while ((at = strchr(at, ' '))) {
		size_t length;

		at += strspn(at, " ");
		length = strcspn(at, " ");
		if (isdigit((unsigned char)*at) && memchr(at, '.', length)) {
			klog_copy(event->kernel, sizeof(event->kernel), at, length);
			return;
		}
	}
}

static bool is_name(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '.' || c == '$';
}

/*
 * " ? name+0x12/0x34 [module BUILD-ID]", in old kernels behind "[<address>]", on powerpc behind
 * "[stack] [address]", on 32-bit ARM "[<address>] (callee) from [<address>] (name+0x12/0x34)".
 * Returns where the name begins, NULL if the line is no frame.
 */
static const char *frame_name(const char *text, bool *reliable, size_t *length)
{
	const char *from = strstr(text, ") from [<");

	*reliable = true;
	if (from)
		text = from + strlen(") from ");
	text += strspn(text, " ");
	/* dumpstack.c of old kernels has the mark on the frame's own line */
	if (!strncmp(text, "<IRQ>", 5))
		text += 5 + strspn(text + 5, " ");
	for (int i = 0; i < 2 && *text == '['; i++) {
		text += strcspn(text, "]");
		text += *text == ']';
		text += strspn(text, " ");
	}
	if (from)
		text += *text == '(';
	if (*text == '?') {
		*reliable = false;
		text += 1 + strspn(text + 1, " ");
	}
	*length = 0;
	while (is_name(text[*length]))
		(*length)++;
	if (!*length || strncmp(text + *length, "+0x", 3) != 0 || !strchr(text + *length, '/'))
		return NULL;
	if (strstr(text, "(unreliable)"))
		*reliable = false;
	return text;
}

static bool begins(const char *text, const char *with)
{
	return !strncmp(text, with, strlen(with));
}

/* arch/x86/kernel/dumpstack*.c names the stack; other architectures do not */
static bool is_interrupt_mark(const char *text)
{
	return begins(text, "<IRQ>") || begins(text, "<SOFTIRQ>") || begins(text, "<NMI>");
}

void klog_report__frame(struct klog_report *report, const char *text)
{
	struct klog_event *event = &report->event;
	char frame[KLOG_FRAME] = "";
	const char *name, *module;
	size_t length, used;
	bool reliable;

	/* what is below an interrupt's frames is not the request's */
	if (is_interrupt_mark(text + strspn(text, " ")) && !event->nr_stack)
		event->in_interrupt = true;
	name = frame_name(text, &reliable, &length);
	if (!name)
		return;
	/* a trace of "?" alone (no frame pointers) is better than none */
	if (reliable && report->unreliable) {
		report->unreliable = false;
		event->nr_stack = 0;
		*event->requester = '\0';
	} else if (!reliable && !event->nr_stack) {
		report->unreliable = true;
	}
	if (reliable == report->unreliable || event->nr_stack == KLOG_FRAMES)
		return;
	used = strcspn(name, "/ ");
	module = strstr(name, " [");
	if (module)
		snprintf(frame, sizeof(frame), "%.*s [%.*s]", (int)used, name,
			 (int)strcspn(module + 2, " ])"), module + 2);
	else
		klog_copy(frame, sizeof(frame), name, used);
	memcpy(event->stack[event->nr_stack++], frame, sizeof(frame));
	if (!*event->requester && !requester__is_wrapper(frame))
		memcpy(event->requester, frame, sizeof(frame));
}

/* "oom-kill:constraint=CONSTRAINT_MEMCG,...,task=name,pid=12", "Killed process 12 (name)" */
void klog_report__oom_kill(struct klog_report *report, const char *text)
{
	struct klog_event *event = &report->event;

	word_behind(text, "constraint=", ",", event->constraint, sizeof(event->constraint));
	if (strstr(text, ",task=")) {
		word_behind(text, ",task=", ",", event->victim, sizeof(event->victim));
		number_behind(report, text, ",pid=", &event->victim_pid);
	} else if (strstr(text, "Killed process ")) {
		number_behind(report, text, "Killed process ", &event->victim_pid);
		word_behind(text, "(", ")", event->victim, sizeof(event->victim));
	}
	if (strstr(text, "CONSTRAINT_MEMCG") || strstr(text, "Memory cgroup out of memory"))
		event->autopsy.given = GFT_MEMCG;
}

enum klog_part klog_part__of(const char *text)
{
	const char *at = text + strspn(text, " ");
	size_t length;
	bool reliable;
	uint32_t node;
	char name[16] = "";

	if (find_failure(text) || strstr(text, oom))
		return PART_HEADER;
	if ((begins(at, "CPU: ") && strstr(at, " Comm: ")) ||
	    (begins(at, "Pid: ") && strstr(at, ", comm: ")))
		return PART_CPU;
	if (strstr(at, " cpuset=") && strstr(at, " mems_allowed="))
		return PART_CPUSET;
	if (begins(at, "Call Trace:") || begins(at, "Call trace:") || begins(at, "Backtrace:"))
		return PART_TRACE;
	if (is_interrupt_mark(at) || frame_name(at, &reliable, &length))
		return PART_FRAME;
	if (begins(at, "Mem-Info:") || begins(at, "Mem-info:"))
		return PART_MEMORY;
	if (begins(at, "lowmem_reserve[]:"))
		return PART_RESERVE;
	if (begins(at, "Free swap ") || begins(at, "Total swap "))
		return PART_SWAP;
	if (begins(at, "memory: usage "))
		return PART_OOM_MEMCG;
	if (begins(at, "oom-kill:") || strstr(at, "Killed process "))
		return PART_OOM_KILL;
	if (isdigit((unsigned char)*at) &&
	    (strstr(at, " pages RAM") || strstr(at, " pages of RAM")))
		return PART_END;
	if (begins(at, "active_anon:") || begins(at, "active_file:") ||
	    begins(at, "unevictable:") || begins(at, "slab_reclaimable:") ||
	    begins(at, "mapped:") || begins(at, "free:"))
		return PART_USAGE;
	if (!klog_zone__name(&at, &node, name))
		return PART_NONE;
	if (begins(at, " free:") && strstr(at, " min:"))
		return PART_ZONE;
	return begins(at, ": ") && strstr(at, "kB") && strchr(at, '*') ? PART_BLOCKS : PART_NONE;
}

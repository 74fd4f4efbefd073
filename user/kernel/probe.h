/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What this kernel lets us attach, found out by attaching programs of two instructions: the
 * presence of a function proves nothing (notrace functions, arm64 without direct calls,
 * locked-down kernels), and the real programs take longer to load.
 */
#ifndef GFPTRACE_USER_TRIAL_H
#define GFPTRACE_USER_TRIAL_H

#include <stdbool.h>

struct btf;

/* Returns 0, or a negative errno with *step "load" or "attach". Nothing stays attached. */
int trial__fentry(const struct btf *btf, const char *function, const char **step);
int trial__kprobe(const char *function, const char **step);
/* A perf event that counts how often this thread calls it, by a kprobe; or a negative errno. */
int trial__count_calls(const char *function);
/* One of a module, too. Returns 0 or a negative errno; nothing stays attached. */
int trial__tracepoint(const char *name);

/*
 * The first step alone: is there a function that a trampoline could be for? To attach one and to
 * take it away has the kernel wait for every task, and each other CPU.
 */
bool trial__has_function(const struct btf *btf, const char *function);

/*
 * May BPF take the address of this variable? The verifier looks it up in kallsyms, where
 * data symbols need KALLSYMS_ALL=y.
 */
bool trial__variable(const struct btf *btf, const char *variable);

/* False: programs load, but not those that read the kernel's memory (lockdown=confidentiality). */
bool trial__reads_memory(void);

/*
 * ns that the kernel's statistics of BPF programs, which must be on, find in a run of a program
 * that does nothing: the time of a clock (__bpf_prog_run(), include/linux/filter.h). 0: not to be
 * had.
 */
double trial__statistics(void);

#endif

// SPDX-License-Identifier: GPL-2.0-only
/* What acts saw of themselves: one record for each line with do=, shown within the truth. */
#include <linux/mm.h>
#include <linux/string.h>

#include "allocpage.h"

#define RECORDS 32

struct record {
	const struct ap_act *act;
	u32 order_low, order_high;
	enum gft_class class;
	enum gft_context context;
	struct ap_facts facts;
};

static DEFINE_MUTEX(lock);
static struct record records[RECORDS];
static u32 used;
static u64 lost;

static void add(struct ap_facts *to, const struct ap_facts *from)
{
	if (from->failed)
		to->free_min = to->failed ? min(to->free_min, from->free_min) : from->free_min;
	to->requests += from->requests;
	to->failed += from->failed;
	to->prepared += from->prepared;
	to->reserved += from->reserved;
	to->bursts += from->bursts;
	to->failed_bursts += from->failed_bursts;
	to->worst_failed = max(to->worst_failed, from->worst_failed);
	to->needed = max(to->needed, from->needed);
	to->migrated += from->migrated;
	to->given += from->given;
	to->slept += from->slept;
	to->slept_requests += from->slept_requests;
	to->run_delay += from->run_delay;
	to->oom += from->oom;
	if (*from->interrupted)
		strscpy(to->interrupted, from->interrupted, AP_MAX_COMM);
}

/* The class and context are those of the requests that matter: the second stream's, if any. */
void ap_record_run(const struct ap_run *run, const struct ap_facts *store)
{
	const struct ap_worker *worker = run->workers[0].second ?: &run->workers[0];
	struct record *record;
	u32 i;

	mutex_lock(&lock);
	if (used < RECORDS) {
		record = &records[used++];
		*record = (struct record){
			.act = run->scenario->act,
			.order_low = worker->order_low,
			.order_high = worker->order_high,
			.class = worker->class,
			.context = worker->context,
			.facts = *store,
		};
		for (i = 0; i < run->worker_count; i++)
			add(&record->facts, &run->workers[i].facts);
	} else {
		lost++;
	}
	mutex_unlock(&lock);
}

void ap_record_reset(void)
{
	mutex_lock(&lock);
	used = 0;
	lost = 0;
	mutex_unlock(&lock);
}

static void show_word(struct seq_file *file, const char *key, const char *word)
{
	if (word && *word)
		seq_printf(file, "\"%s\":\"%s\",", key, word);
	else
		seq_printf(file, "\"%s\":null,", key);
}

/* comm is what the task says of itself: nothing that JSON would have to escape. */
static void show_comm(struct seq_file *file, const char *comm)
{
	char plain[AP_MAX_COMM];
	char *c;

	strscpy(plain, comm, sizeof(plain));
	for (c = plain; *c; c++)
		if (*c < ' ' || *c > '~' || *c == '"' || *c == '\\')
			*c = '?';
	show_word(file, "interrupted", plain);
}

static void show(struct seq_file *file, const struct record *record)
{
	const struct ap_facts *f = &record->facts;
	const struct ap_act *act = record->act;

	show_word(file, "do", act->name);
	seq_printf(file, "\"class\":\"%s\",\"context\":\"%s\",\"orders\":[%u,%u],",
		   ap_class_names[record->class], ap_context_names[record->context],
		   record->order_low, record->order_high);
	show_word(file, "reason", act->reason == GFT_UNKNOWN ? NULL : ap_reason_names[act->reason]);
	show_word(file, "expected_path", ap_path_names[act->path]);
	show_word(file, "function", act->function);
	show_word(file, "lint", act->lint);
	seq_printf(file, "\"requests\":%llu,\"failed\":%llu,\"prepared_pages\":%llu,", f->requests,
		   f->failed, f->prepared);
	seq_printf(file, "\"free_pages\":%llu,\"free_mib\":%llu,\"reserved_pages\":%llu,",
		   f->free_min, f->free_min >> (20 - PAGE_SHIFT), f->reserved);
	seq_printf(file, "\"bursts\":%llu,\"failed_bursts\":%llu,\"worst_failed\":%llu,", f->bursts,
		   f->failed_bursts, f->worst_failed);
	show_comm(file, f->interrupted);
	seq_printf(file, "\"needed_pages\":%llu,\"given_pages\":%llu,\"slept\":%llu,", f->needed,
		   f->given, f->slept);
	seq_printf(file, "\"slept_requests\":%llu,\"oom_calls\":%llu,\"migrated\":%llu,",
		   f->slept_requests, f->oom, f->migrated);
	seq_printf(file, "\"run_delay_ns\":%llu}", f->run_delay);
}

void ap_record_show(struct seq_file *file)
{
	u32 i;

	mutex_lock(&lock);
	seq_printf(file, "\"acts_lost\":%llu,\"acts\":[", lost);
	for (i = 0; i < used; i++) {
		seq_puts(file, i ? ",\n{" : "\n{");
		show(file, &records[i]);
	}
	seq_puts(file, "],");
	mutex_unlock(&lock);
}

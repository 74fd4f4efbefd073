// SPDX-License-Identifier: GPL-2.0-only
/*
 * do=slab: one object of each kind at each turn, `hold` of a kind at once. The caches have a
 * constructor, so that the kernel merges them with no other, and stay until the module goes, so
 * that no other cache takes their place. Sizes of kmalloc() are such that nothing else in a quiet
 * machine asks for them atomically; the largest is too large for any kernel. How the objects lie is
 * told by their addresses.
 */
#include <linux/cache.h>
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "allocpage.h"
#include "request.h"

#define NAME_MAX_LENGTH 24

/* The last kind stands for all of `caches`. */
enum { TINY, SMALL, ODD, LINE, LARGE, KMALLOC_SLAB, KMALLOC_PAGES, HUGE, MANY, KINDS };

static const struct kind {
	const char *name; /* of the cache; NULL: kmalloc() */
	u32 size;
	slab_flags_t flags;
} kinds[KINDS] = {
	/* clang-format off */
	[TINY] = {"allocpage-8", 8, 0},
	[SMALL] = {"allocpage-40", 40, 0},
	[ODD] = {"allocpage-72", 72, 0},
	[LINE] = {"allocpage-line", 64, SLAB_HWCACHE_ALIGN},
	[LARGE] = {"allocpage-128", 128, 0},
	[KMALLOC_SLAB] = {NULL, 5000, 0},
	[KMALLOC_PAGES] = {NULL, 9000, 0},
	[HUGE] = {NULL, 2u << (AP_LARGEST_ORDER + PAGE_SHIFT), 0},
	[MANY] = {"allocpage-n", 24, 0},
	/* clang-format on */
};

struct ap_slab_counts {
	u64 count, failed, requested, aligned, crossing, wide;
};

/* Of a worker: the objects that it holds, each with the address of the next, and its counts. */
struct ap_slab {
	void *held[KINDS];
	u32 held_count;
	struct ap_slab_counts counts[KINDS];
};

/* Written while one scenario is prepared, and there is one at a time. */
static struct kmem_cache *caches[KINDS];
static struct kmem_cache *many[AP_CACHES_MAX];
static char many_names[AP_CACHES_MAX][NAME_MAX_LENGTH];

/* Guarded by lock. */
static DEFINE_MUTEX(lock);
static struct ap_slab_counts truth[GFT_CLASSES][GFT_CONTEXTS][KINDS];

const char *ap_refuse_slab(const struct ap_scenario *s)
{
	if (s->hold == AP_KEEP_ALL || s->hold > 4096)
		return "do=slab holds at most 4096 objects of a kind";
	if (!(s->gfp & __GFP_NOWARN))
		return "do=slab needs __GFP_NOWARN: one of its sizes is too large";
	if (s->hold && s->caches)
		return "do=slab with caches frees at once: no hold";
	return NULL;
}

/* With one a cache is never merged. */
static void construct(void *object)
{
}

static struct kmem_cache *create(const char *name, const struct kind *kind)
{
	return kmem_cache_create(name, kind->size, 0, kind->flags, construct);
}

static int create_caches(u32 count)
{
	u32 i;

	for (i = 0; i < MANY; i++)
		if (kinds[i].name && !caches[i]) {
			caches[i] = create(kinds[i].name, &kinds[i]);
			if (!caches[i])
				return -ENOMEM;
		}
	for (i = 0; i < count; i++) {
		if (many[i])
			continue;
		scnprintf(many_names[i], NAME_MAX_LENGTH, "%s%u", kinds[MANY].name, i);
		many[i] = create(many_names[i], &kinds[MANY]);
		if (!many[i])
			return -ENOMEM;
	}
	return 0;
}

int ap_prepare_slab(struct ap_run *run)
{
	int err = create_caches(run->scenario->caches);
	u32 i;

	for (i = 0; i < run->worker_count && !err; i++) {
		run->workers[i].slab = kvzalloc(sizeof(*run->workers[i].slab), GFP_KERNEL);
		if (!run->workers[i].slab)
			err = -ENOMEM;
	}
	return err;
}

static void put(struct kmem_cache *cache, void *object)
{
	if (cache)
		kmem_cache_free(cache, object);
	else
		kfree(object);
}

static void release(struct ap_slab *slab)
{
	u32 i;

	for (i = 0; i < MANY; i++)
		while (slab->held[i]) {
			void *object = slab->held[i];

			slab->held[i] = *(void **)object;
			put(caches[i], object);
		}
	slab->held_count = 0;
}

/* The lines that an object of `size` bytes has a part in, and as few as it could do with. */
static void count(struct ap_slab_counts *counts, const void *object, u32 size)
{
	const unsigned long begin = (unsigned long)object, end = begin + size;
	const unsigned long line = cache_line_size();
	const unsigned long lies_in = DIV_ROUND_UP(end, line) - begin / line;
	const unsigned long needs = DIV_ROUND_UP(size, line);

	counts->count++;
	if (!object) {
		counts->failed++;
		return;
	}
	counts->requested += size;
	if (begin % line == 0)
		counts->aligned++;
	if (lies_in > needs && needs == 1)
		counts->crossing++;
	else if (lies_in > needs)
		counts->wide++;
}

/* The objects of the numbered caches. */
static void step_many(struct ap_worker *worker)
{
	const u32 caches = worker->run->scenario->caches;
	u32 i;

	for (i = 0; i < caches; i++) {
		void *object = kmem_cache_alloc(many[i], worker->gfp);

		count(&worker->slab->counts[MANY], object, kinds[MANY].size);
		if (object)
			kmem_cache_free(many[i], object);
	}
	worker->facts.requests += caches;
}

static void step_kinds(struct ap_worker *worker)
{
	struct ap_slab *slab = worker->slab;
	u32 i;

	for (i = 0; i < MANY; i++) {
		void *object = caches[i] ? kmem_cache_alloc(caches[i], worker->gfp)
					 : kmalloc(kinds[i].size, worker->gfp);

		count(&slab->counts[i], object, kinds[i].size);
		if (!object)
			continue;
		*(void **)object = slab->held[i];
		slab->held[i] = object;
	}
	worker->facts.requests += MANY;
	if (slab->held_count++ >= worker->run->scenario->hold)
		release(slab);
}

void ap_slab_step(struct ap_worker *worker)
{
	if (ap_context_now() != worker->context)
		worker->totals.misplaced++;
	if (worker->run->scenario->caches)
		step_many(worker);
	else
		step_kinds(worker);
}

static void add(struct ap_slab_counts *to, const struct ap_slab_counts *from)
{
	to->count += from->count;
	to->failed += from->failed;
	to->requested += from->requested;
	to->aligned += from->aligned;
	to->crossing += from->crossing;
	to->wide += from->wide;
}

/* A worker's end. */
void ap_slab_end(struct ap_worker *worker)
{
	u32 i;

	if (!worker->slab)
		return;
	release(worker->slab);
	mutex_lock(&lock);
	for (i = 0; i < KINDS; i++)
		add(&truth[worker->class][worker->context][i], &worker->slab->counts[i]);
	mutex_unlock(&lock);
	kvfree(worker->slab);
	worker->slab = NULL;
}

void ap_slab_reset(void)
{
	mutex_lock(&lock);
	memset(truth, 0, sizeof(truth));
	mutex_unlock(&lock);
}

/* When the module goes. */
void ap_slab_drop(void)
{
	u32 i;

	for (i = 0; i < KINDS; i++)
		kmem_cache_destroy(caches[i]);
	for (i = 0; i < AP_CACHES_MAX; i++)
		kmem_cache_destroy(many[i]);
}

static void show(struct seq_file *file, const struct kind *kind, u32 class, u32 context,
		 const struct ap_slab_counts *counts, const char *comma)
{
	seq_printf(file, "%s\n{\"call\":\"%s\",\"cache\":\"%s\",\"object_size\":%u,", comma,
		   kind->name ? "kmem_cache_alloc" : "kmalloc", kind->name ?: "", kind->size);
	seq_printf(file, "\"class\":\"%s\",\"context\":\"%s\",", ap_class_names[class],
		   ap_context_names[context]);
	seq_printf(file, "\"count\":%llu,\"failed\":%llu,\"requested\":%llu,", counts->count,
		   counts->failed, counts->requested);
	seq_printf(file, "\"aligned\":%llu,\"crossing\":%llu,\"wide\":%llu}", counts->aligned,
		   counts->crossing, counts->wide);
}

void ap_slab_show(struct seq_file *file)
{
	const char *comma = "";
	u32 class, context, i;

	mutex_lock(&lock);
	seq_printf(file, "\"slab\":{\"line\":%u,\"series\":[", (u32)cache_line_size());
	for (class = 0; class < GFT_CLASSES; class ++)
		for (context = 0; context < GFT_CONTEXTS; context++)
			for (i = 0; i < KINDS; i++) {
				if (!truth[class][context][i].count)
					continue;
				show(file, &kinds[i], class, context, &truth[class][context][i],
				     comma);
				comma = ",";
			}
	seq_puts(file, "]},");
	mutex_unlock(&lock);
}

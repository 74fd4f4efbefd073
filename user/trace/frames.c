// SPDX-License-Identifier: GPL-2.0-only
/* The frame numbers of pages: locate__page_frames(). */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "trace/calibrate.h"
#include "trace/locate.h"

#include "calibrate.skel.h"
#include "zone_pages.skel.h"

/* Requests of our own that failed to tell it are made again. */
#define TRIES 4

/* What is seen of the pages that we touch and of those that others ask for meanwhile. */
static void observe(struct page_frames *frames, struct calibrate *skeleton, uint32_t page_struct)
{
	struct gft_calibration *seen = &skeleton->bss->gft_calibration;
	__u64 pfns[CALIBRATE_PAGES];

	for (int i = 0; i < TRIES && !frames->vmemmap; i++) {
		int count;

		seen->used = seen->used_pairs = 0;
		count = calibrate__touch(pfns);
		frames->from = "the event mm_page_alloc";
		frames->vmemmap =
			calibrate__vmemmap_of_pairs(seen->pair, seen->used_pairs, page_struct);
		frames->pagemap = count > 0;
		if (frames->vmemmap || count <= 0)
			continue;
		frames->from = "/proc/self/pagemap";
		frames->vmemmap = calibrate__vmemmap(seen->page, seen->used, pfns, (size_t)count,
						     page_struct);
	}
}

void locate__iterate(const struct bpf_program *program)
{
	struct bpf_link *link = bpf_program__attach_iter(program, NULL);
	int iterator = link ? bpf_iter_create(bpf_link__fd(link)) : -1;
	char nothing[16];

	while (iterator >= 0 && read(iterator, nothing, sizeof(nothing)) > 0)
		;
	if (iterator >= 0)
		close(iterator);
	bpf_link__destroy(link);
}

/* What the kernel's own lists tell: no request is needed, nor any other file. */
static void search_zones(struct kernel *kernel)
{
	struct page_frames *frames = &kernel->frames;
	struct zone_pages *skeleton = zone_pages__open();

	if (!skeleton)
		return;
	skeleton->rodata->gft_orders = kernel->facts.max_order + 1;
	skeleton->rodata->gft_types = kernel->facts.nr_migratetypes;
	kernel__lend_btf(kernel);
	if (!zone_pages__load(skeleton)) {
		locate__iterate(skeleton->progs.find_zone_pages);
		frames->from = "the free lists of its zones";
		frames->vmemmap = calibrate__vmemmap_of_zones(skeleton->bss->gft_zone_pages,
							      skeleton->bss->gft_zones_seen,
							      kernel->facts.page_struct);
	}
	zone_pages__destroy(skeleton);
	kernel__need_btf(kernel);
}

/* Why the event did not tell it, nor anything else. */
static void explain(struct page_frames *frames, int event_err)
{
	char event[100];

	if (event_err == -ENODATA)
		snprintf(event, sizeof(event), "the event mm_page_alloc has no pfn here");
	else if (event_err)
		snprintf(event, sizeof(event), "the event mm_page_alloc cannot be had (%s)",
			 strerror(-event_err));
	else
		snprintf(event, sizeof(event), "what the event mm_page_alloc tells does not agree");
	snprintf(frames->why, sizeof(frames->why),
		 "no page frame numbers: %s, /proc/self/pagemap tells nothing%s, and the zones' "
		 "free lists fit no place or several",
		 event, frames->pagemap ? "" : " without CAP_SYS_ADMIN");
}

void locate__page_frames(struct kernel *kernel)
{
	struct page_frames *frames = &kernel->frames;
	uint32_t offset = kernel->facts.pfn_in_event;
	struct calibrate *skeleton = calibrate__open();
	struct bpf_link *link = NULL;
	int err;

	*frames = (struct page_frames){};
	if (!skeleton) {
		snprintf(frames->why, sizeof(frames->why), "no page frame numbers: no memory");
		return;
	}
	skeleton->bss->gft_calibration.tgid = (uint32_t)getpid();
	skeleton->rodata->gft_pfn_offset = offset;
	bpf_program__set_autoload(skeleton->progs.calibrate_event, offset == 8 || offset == 16);
	err = calibrate__load(skeleton);
	if (!err) /* the raw program first: programs run in this order */
		err = calibrate__attach(skeleton);
	if (err) {
		snprintf(frames->why, sizeof(frames->why),
			 "no page frame numbers: no program can be attached to mm_page_alloc (%s)",
			 strerror(-err));
		calibrate__destroy(skeleton);
		return;
	}
	if (offset != 8 && offset != 16)
		err = -ENODATA;
	else
		link = bpf_program__attach_tracepoint(skeleton->progs.calibrate_event, "kmem",
						      "mm_page_alloc");
	if (!err && !link)
		err = -errno;
	observe(frames, skeleton, kernel->facts.page_struct);
	if (!frames->vmemmap)
		search_zones(kernel);
	if (!frames->vmemmap) {
		frames->from = NULL;
		explain(frames, err);
	}
	bpf_link__destroy(link);
	calibrate__destroy(skeleton);
}

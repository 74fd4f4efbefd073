// SPDX-License-Identifier: GPL-2.0-only
/* Do the programs see requests? Looked at by what requests of our own leave in the maps. */
#include <sys/mman.h>
#include <unistd.h>

#include "trace/programs_internal.h"

void programs__request_page(void)
{
	size_t size = (size_t)sysconf(_SC_PAGESIZE);
	char *page;

	page = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE,
		    -1, 0);
	if (page != MAP_FAILED)
		munmap(page, size);
}

/* More than one: an interrupt that is under way at one of them hides that one at most. */
#define REQUESTS 8

void programs__request_pages(void)
{
	for (int i = 0; i < REQUESTS; i++)
		programs__request_page();
}

static bool has_frame(const struct programs *programs)
{
	const struct gft_line *lines = programs->skeleton->bss->gft_frames;

	for (uint32_t line = 0; line < GFT_FRAME_LINES; line++)
		for (int i = 0; i < GFT_LINE_FRAMES; i++)
			if (__atomic_load_n(&lines[line].frame[i].tag, __ATOMIC_RELAXED))
				return true;
	return false;
}

/* An entry leaves a frame, which stays there as long as no exit is attached. */
bool programs__entry_runs(const struct programs *programs)
{
	for (int i = 0; i < REQUESTS && !has_frame(programs); i++)
		programs__request_page();
	return has_frame(programs);
}

static uint64_t requests_of(const struct gft_series *series)
{
	uint64_t count = series->unplaced;

	for (int i = 0; i < GFT_REASONS; i++)
		count += series->failed[i];
	for (int i = 0; i < GFT_ALIGN_SLOTS; i++)
		count += series->align[i];
	return count;
}

uint64_t programs__paired(const struct programs *programs)
{
	const struct gft_config *config = &programs->setup.config;
	uint64_t paired = 0;

	for (uint32_t cpu = 0; cpu < programs->setup.kernel->cpus; cpu++) {
		const struct gft_row *row = row_of(programs, 1, cpu);
		const char *series = (const char *)row + config->series_offset;

		paired += row->filtered;
		for (uint32_t slot = 0; slot <= row->used_slots && slot < config->slots[0]; slot++)
			paired += requests_of(
				(const void *)(series + slot * GFT_SERIES_SIZE(config->timed)));
	}
	return paired;
}

bool programs__pair(const struct programs *programs, uint64_t before)
{
	for (int i = 0; i < REQUESTS && programs__paired(programs) <= before; i++)
		programs__request_page();
	return programs__paired(programs) > before;
}

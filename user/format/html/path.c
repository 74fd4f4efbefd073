// SPDX-License-Identifier: GPL-2.0-only
/* The labyrinth: how deep requests went, how many at each turn, and what each room took. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/aggregate.h"
#include "format/html/html.h"

#define STAGES 15
#define MAIN   8 /* the first of stage_names are on the way down; the others beside it */

static const char *const meanings[STAGES] = {
	"the list of free pages of this CPU",
	"the free lists of the zone, under its lock",
	"a block of another migrate type is taken",
	"the slow path begins: kswapd is woken",
	"pages are moved to make a large block",
	"pages are freed on the spot",
	"another round",
	"memory is out: a task is to be killed",
	"the reserve for atomic requests of high order",
	"the pages are filled with zeros",
	"CPUs drop what they cached of page tables",
	"pages of its memory cgroup are freed, which is full",
	"between the stages of a slow request: free lists are looked through",
	"there, too: ready to run, and another task ran",
	"gfptrace looks why it failed",
};

struct maze {
	struct stage room[STAGES];
	uint64_t reached[STAGES + 1]; /* got at least as deep as this */
	uint64_t counted;
};

static int fold_room(struct stage *room, const struct report *report, size_t rank)
{
	const struct stage *only = NULL;
	struct fold fold;
	int err;

	fold__clear(&fold);
	for (size_t i = 0; i < report->nr_stages; i++) {
		if (stage__rank(report->stages[i].stage) != rank)
			continue;
		only = &report->stages[i];
		fold__add_stage(&fold, only);
		room->share += only->share;
		room->derived |= only->derived;
	}
	err = fold__to_stage(&fold, room);
	if (only && fold.nr == 1 && !err) { /* as it stands in the JSON, if derived, too */
		room->p50 = only->p50;
		room->p99 = only->p99;
	}
	return err;
}

static int fill(struct maze *maze, const struct report *report)
{
	int err = 0;

	maze->counted = report->requests.counted;
	for (size_t rank = 0; rank < STAGES && !err; rank++)
		err = fold_room(&maze->room[rank], report, rank);
	for (size_t rank = MAIN; rank-- > 0;) {
		maze->reached[rank] = maze->reached[rank + 1];
		if (maze->room[rank].count > maze->reached[rank])
			maze->reached[rank] = maze->room[rank].count;
	}
	if (maze->counted > maze->reached[0])
		maze->reached[0] = maze->counted;
	return err;
}

/* The width of a way that so many take. */
static double width_of(const struct maze *maze, uint64_t count)
{
	double all = html__octave((double)maze->reached[0] + 1);

	return count && all > 0 ? 2 + 20 * html__octave((double)count + 1) / all : 0;
}

/* The way through one room, from where the one above let out; right and left in turn. */
static void write_way(FILE *file, const struct maze *maze, size_t rank)
{
	uint64_t deeper = rank + 1 < MAIN ? maze->reached[rank + 1] : 0;
	uint64_t out = maze->reached[rank] - deeper;
	int in_x = rank % 2 ? 66 : 26, out_x = rank % 2 ? 26 : 66;
	double in = width_of(maze, maze->reached[rank]), on = width_of(maze, deeper);

	fputs("<td class=\"way\"><svg viewBox=\"0 0 104 74\" preserveAspectRatio=\"none\" "
	      "aria-hidden=\"true\">",
	      file);
	if (out)
		fprintf(file,
			"<path class=\"s%zu out\" stroke-width=\"%.1f\" d=\"M%d 24C%d 40 70 38 104 "
			"38\"/>",
			rank, width_of(maze, out), in_x, in_x);
	fprintf(file, "<path class=\"s%zu\" stroke-width=\"%.1f\" d=\"M%d 0V26\"/>", rank, in,
		in_x);
	if (deeper)
		fprintf(file,
			"<path class=\"s%zu\" stroke-width=\"%.1f\" d=\"M%d 26C%d 52 %d 44 %d "
			"74\"/>",
			rank, on, in_x, in_x, out_x, out_x);
	fputs("</svg></td>", file);
}

/* Has the report no eyes for this stage? Its blind spots say so: "stage NAME…". */
static bool is_blind(const struct report *report, const char *stage)
{
	char what[32];

	snprintf(what, sizeof(what), "stage %s", stage);
	for (size_t i = 0; i < report->mode.nr_blind; i++)
		if (!strncmp(report->mode.blind[i].what, what, strlen(what)))
			return true;
	return false;
}

/* Where the first room is no stage of the report, it has what no other room has. */
static uint64_t count_of(const struct maze *maze, size_t rank)
{
	uint64_t count = maze->room[rank].count;

	return count || rank ? count : maze->reached[0] - maze->reached[1];
}

static void write_numbers(FILE *file, const struct report *report, const struct maze *maze,
			  size_t rank)
{
	const struct stage *room = &maze->room[rank];
	const uint64_t times[] = {room->p50, room->p99, room->max, room->sum};

	if (!room->count && is_blind(report, stage_names[rank])) {
		fputs("<td colspan=\"6\"><span class=\"meaning\">not seen: those who went no "
		      "deeper are counted above</span></td></tr>\n",
		      file);
		return;
	}
	fputs("<td class=\"n\">", file);
	html__count(file, count_of(maze, rank));
	fputs("<span class=\"meaning\">", file);
	html__share(file, count_of(maze, rank), maze->counted);
	fputs("</span></td>", file);
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		fputs("<td class=\"n\">", file);
		if (times[i] || (!room->derived && room->sum))
			html__time(file, report, times[i]);
		else
			fputs("-", file);
		fputs("</td>", file);
	}
	fputs("<td class=\"n\">", file);
	html__ratio(file, room->share);
	html__bar(file, 0, room->share, rank);
	fputs("</td></tr>\n", file);
}

static void write_rooms(FILE *file, const struct report *report, const struct maze *maze)
{
	for (size_t rank = 0; rank < STAGES; rank++) {
		if (!maze->room[rank].count && (rank >= MAIN || !maze->reached[rank]))
			continue;
		fputs("<tr>", file);
		if (rank < MAIN)
			write_way(file, maze, rank);
		else
			fputs("<td class=\"way\"></td>", file);
		fprintf(file, "<th scope=\"row\">%s%s<span class=\"meaning\">%s</span></th>",
			stage_names[rank], maze->room[rank].derived ? " (derived)" : "",
			meanings[rank]);
		write_numbers(file, report, maze, rank);
	}
}

int html__labyrinth(FILE *file, const struct report *report)
{
	static const char *const titles[] = {"requests", "p50",	  "p99",
					     "max",	 "total", "of all time"};
	struct maze *maze;
	int err;

	if (!report->nr_stages)
		return 0;
	maze = calloc(1, sizeof(*maze));
	if (!maze)
		return -ENOMEM;
	err = fill(maze, report);
	html__section(file, "labyrinth", "The labyrinth",
		      "The way of the requests, downwards: as wide as the logarithm of how many "
		      "took it. Those that turn off to the right were answered there.");
	fputs("<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"Stages\">"
	      "<table class=\"maze\"><thead><tr><td></td><th scope=\"col\">stage</th>",
	      file);
	for (size_t i = 0; i < sizeof(titles) / sizeof(titles[0]); i++)
		html__head_cell(file, titles[i]);
	fputs("</tr></thead><tbody>\n", file);
	write_rooms(file, report, maze);
	html__table_end(file);
	html__section_end(file);
	for (size_t rank = 0; rank < STAGES; rank++)
		free(maze->room[rank].buckets);
	free(maze);
	return err;
}

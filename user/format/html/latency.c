// SPDX-License-Identifier: GPL-2.0-only
/* The latency of each class as a drawing. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "report/aggregate.h"
#include "format/html/html.h"
#include "format/text/text.h"

/* The drawing, in units of the viewBox; about the width of a phone, so that text stays legible. */
#define WIDTH  360
#define HEIGHT 178
#define LEFT   36
#define RIGHT  8
#define TOP    52
#define BOTTOM 24

/*
 * Bins are quarters of an octave, as html__octave() lays them out: bin b holds
 * (4 + b % 4) << (b / 4 - 2) .. the lower end of the next, in ns. The first of all is 0 .. 4 ns.
 */
#define BIN_FIRST 7
#define BINS	  (GFT_RANGE_BITS * 4 + 1)

struct bins {
	uint64_t count[BINS];
	uint64_t largest;
	size_t from, to; /* those that are used; both inclusive */
};

static size_t bin_of(uint64_t le)
{
	size_t octave;

	if (le < 4)
		return BIN_FIRST;
	if (le >> GFT_RANGE_BITS)
		return BINS - 1;
	octave = 63 - (size_t)__builtin_clzll(le);
	return octave * 4 + (le >> (octave - 2) & 3);
}

static uint64_t bin_low(size_t bin)
{
	return bin <= BIN_FIRST ? 0 : (4ull + bin % 4) << (bin / 4 - 2);
}

static void fill_bins(struct bins *bins, const struct latency *latency)
{
	size_t i, bin;

	memset(bins, 0, sizeof(*bins));
	bins->from = BINS;
	for (i = 0; i < latency->nr_buckets; i++) {
		bin = bin_of(latency->buckets[i].le);
		bins->count[bin] += latency->buckets[i].count;
		if (bins->count[bin] > bins->largest)
			bins->largest = bins->count[bin];
		bins->from = bin < bins->from ? bin : bins->from;
		bins->to = bin > bins->to ? bin : bins->to;
	}
	/* room for a mark on both sides, and at least two octaves */
	bins->from -= bins->from > BIN_FIRST;
	while (bins->to + 1 < BINS && bins->to < bins->from + 8)
		bins->to++;
	bins->to += bins->to + 1 < BINS;
}

static double x_of_bin(const struct bins *bins, double bin)
{
	return LEFT + (bin - (double)bins->from) / (double)(bins->to + 1 - bins->from) *
			      (WIDTH - LEFT - RIGHT);
}

static double x_of_time(const struct bins *bins, uint64_t ns)
{
	double bin = html__octave((double)ns) * 4, last = (double)bins->to + 1;

	if (bin < (double)bins->from)
		bin = (double)bins->from;
	return x_of_bin(bins, bin > last ? last : bin);
}

static double height_of(const struct bins *bins, uint64_t count)
{
	return html__octave((double)count + 1) / html__octave((double)bins->largest + 1) *
	       (HEIGHT - TOP - BOTTOM);
}

static void write_bars(FILE *file, const struct report *report, const struct bins *bins)
{
	char low[UNITS_COUNT], high[UNITS_COUNT], count[UNITS_COUNT];
	double x, height;

	fputs("<g class=\"bars\">\n", file);
	for (size_t bin = bins->from; bin <= bins->to; bin++) {
		if (!bins->count[bin])
			continue;
		x = x_of_bin(bins, (double)bin);
		height = height_of(bins, bins->count[bin]);
		height = height < 2 ? 2 : height;
		fprintf(file,
			"<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"><title>%s %s "
			"%s: %s</title></rect>\n",
			x, HEIGHT - BOTTOM - height, x_of_bin(bins, (double)bin + 1) - x - .5,
			height, text__time(report, bin_low(bin), low),
			bin + 1 < BINS ? "to" : "and more",
			bin + 1 < BINS ? text__time(report, bin_low(bin + 1), high) : "",
			format__count(bins->count[bin], count));
	}
	fputs("</g>\n", file);
}

/* "1 us", "10 us": no more digits than needed. */
static void tick_text(const struct report *report, uint64_t ns, char text[UNITS_COUNT])
{
	static const char *const units[] = {"ns", "us", "ms", "s"};
	size_t unit = 0;

	if (text__counts_instructions(report)) {
		format__count(ns, text);
		return;
	}
	for (; unit < 3 && ns >= 1000; unit++)
		ns /= 1000;
	snprintf(text, UNITS_COUNT, "%u %s", (unsigned int)ns, units[unit]);
}

static void write_time_axis(FILE *file, const struct report *report, const struct bins *bins)
{
	char text[UNITS_COUNT];
	double x, last = 0;

	fprintf(file, "<path class=\"axis\" d=\"M%d %dH%d\"/>\n", LEFT, HEIGHT - BOTTOM,
		WIDTH - RIGHT);
	for (uint64_t ns = 10; ns <= 100000000000; ns *= 10) {
		x = x_of_time(bins, ns);
		if (html__octave((double)ns) * 4 < (double)bins->from ||
		    html__octave((double)ns) * 4 > (double)bins->to + 1 || x - last < 44)
			continue;
		last = x;
		tick_text(report, ns, text);
		fprintf(file,
			"<path class=\"axis\" d=\"M%.1f %dv4\"/><text x=\"%.1f\" y=\"%d\" "
			"text-anchor=\"%s\">%s</text>\n",
			x, HEIGHT - BOTTOM, x, HEIGHT - 8, x > WIDTH - 24 ? "end" : "middle", text);
	}
}

static void write_count_axis(FILE *file, const struct bins *bins)
{
	static const char suffixes[] = " kMGTP";
	uint64_t count, shown;
	size_t step = 1, suffix;
	double y;

	/* the tens of so large a count would stand too close: hundreds, thousands, ... */
	while (html__octave((double)bins->largest) / (3.3 * (double)step) > 5)
		step++;
	for (count = 1; count <= bins->largest && count < UINT64_MAX / 100000;) {
		y = HEIGHT - BOTTOM - height_of(bins, count);
		suffix = 0;
		for (shown = count; shown >= 1000 && suffix < 5; suffix++)
			shown /= 1000;
		fprintf(file,
			"<path class=\"axis\" d=\"M%d %.1fH%d\"/><text x=\"%d\" y=\"%.1f\" "
			"text-anchor=\"end\">%u%c</text>\n",
			LEFT, y, WIDTH - RIGHT, LEFT - 4, y + 4, (unsigned int)shown,
			suffixes[suffix]);
		for (size_t i = 0; i < step; i++)
			count *= 10;
	}
}

static void write_marks(FILE *file, const struct report *report, const struct bins *bins,
			const struct latency *latency)
{
	const struct {
		const char *name;
		uint64_t ns;
	} marks[] = {{"p50", latency->p50}, {"p99", latency->p99}, {"p99.9", latency->p999}};
	char text[UNITS_COUNT];
	double x;

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		bool left = (x = x_of_time(bins, marks[i].ns)) > WIDTH * .6;
		int y = 12 + (int)i * 14;

		if (marks[i].ns == TIME_UNKNOWN)
			continue;
		fprintf(file,
			"<path class=\"line\" d=\"M%.1f %dV%d\"/><text class=\"mark\" x=\"%.1f\" "
			"y=\"%d\" text-anchor=\"%s\">%s %s</text>\n",
			x, y - 9, HEIGHT - BOTTOM, left ? x - 4 : x + 4, y, left ? "end" : "start",
			marks[i].name, text__time(report, marks[i].ns, text));
	}
}

static void write_drawing(FILE *file, const struct report *report, const char *class,
			  const struct latency *latency)
{
	char p50[UNITS_COUNT], p99[UNITS_COUNT], p999[UNITS_COUNT], max[UNITS_COUNT];
	struct bins bins;

	fill_bins(&bins, latency);
	fputs("<figure><h3>", file);
	html__text(file, class);
	fprintf(file, "</h3>\n<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"Histogram of ",
		WIDTH, HEIGHT);
	html__text(file, class);
	fprintf(file, ": p50 %s, p99 %s, p99.9 %s, longest %s\">\n",
		text__time(report, latency->p50, p50), text__time(report, latency->p99, p99),
		text__time(report, latency->p999, p999), text__time(report, latency->max, max));
	write_count_axis(file, &bins);
	write_bars(file, report, &bins);
	write_time_axis(file, report, &bins);
	write_marks(file, report, &bins, latency);
	fputs("</svg>\n<figcaption>", file);
	html__count(file, latency->count);
	fputs(" requests, longest ", file);
	html__time(file, report, latency->max);
	fputs("</figcaption></figure>\n", file);
}

static bool same_class(const struct latency *a, const struct latency *b)
{
	const char *class_a = a->labels.value[DIM_CLASS], *class_b = b->labels.value[DIM_CLASS];

	return class_a && class_b ? !strcmp(class_a, class_b) : class_a == class_b;
}

/* All series of the class of the one at `first`. */
static int write_class(FILE *file, const struct report *report, size_t first)
{
	const char *class = report->latency[first].labels.value[DIM_CLASS];
	struct latency latency = {0};
	struct fold fold;
	int err;

	fold__clear(&fold);
	for (size_t i = first; i < report->nr_latency; i++)
		if (same_class(&report->latency[first], &report->latency[i]))
			fold__add_latency(&fold, &report->latency[i]);
	err = fold__to_latency(&fold, &latency);
	if (!err && latency.count)
		write_drawing(file, report, class ? class : "all requests", &latency);
	free(latency.buckets);
	return err;
}

static void write_none(FILE *file, const struct report *report)
{
	fputs("<p>None", file);
	for (size_t i = 0; i < report->mode.nr_blind; i++)
		if (!strcmp(report->mode.blind[i].what, "latency")) {
			fputs(": ", file);
			html__text(file, report->mode.blind[i].why);
		}
	fputs(".</p>\n", file);
}

int html__latency(FILE *file, const struct report *report)
{
	const char *note = text__counts_instructions(report)
				   ? "In instructions of a virtual CPU; both axes are logarithmic."
				   : "How long requests took; both axes are logarithmic.";
	size_t i, j, drawn = 0;
	int err = 0;

	html__section(file, "latency", "Latency", report->nr_latency ? note : NULL);
	if (!report->nr_latency)
		write_none(file, report);
	fputs("<div class=\"grid\">\n", file);
	for (i = 0; i < report->nr_latency && drawn < HTML_EVENTS && !err; i++) {
		for (j = 0; j < i && !same_class(&report->latency[i], &report->latency[j]); j++)
			;
		if (j < i)
			continue; /* drawn with an earlier one */
		err = write_class(file, report, i);
		drawn++;
	}
	fputs("</div>\n", file);
	html__section_end(file);
	return err;
}

// SPDX-License-Identifier: GPL-2.0-only
/* The slowest requests as timelines: one lane for each stage that ran. */
#include "format/html/html.h"

static void write_lanes(FILE *file, const struct report *report, const struct slow *slow)
{
	double whole = slow->latency ? (double)slow->latency : 1;

	if (!slow->nr_stages)
		return;
	fputs("<table class=\"lanes\"><thead><tr><th scope=\"col\">stage</th>"
	      "<th class=\"n\" scope=\"col\">from</th><th class=\"n\" scope=\"col\">for</th>"
	      "<th scope=\"col\" style=\"width:100%\">0 to ",
	      file);
	html__time(file, report, slow->latency);
	fputs("</th></tr></thead><tbody>\n", file);
	for (size_t i = 0; i < slow->nr_stages && i < HTML_EVENTS; i++) {
		const struct slow_stage *stage = &slow->stages[i];

		fputs("<tr><td>", file);
		html__text(file, stage->stage);
		fputs("</td><td class=\"n\">", file);
		html__time(file, report, stage->start);
		fputs("</td><td class=\"n\">", file);
		html__time(file, report, stage->duration);
		fputs("</td><td>", file);
		html__bar(file, (double)stage->start / whole,
			  (double)(stage->start + stage->duration) / whole,
			  stage__rank(stage->stage));
		fputs("</td></tr>\n", file);
	}
	fputs("</tbody></table>\n", file);
	html__left_out(file, slow->nr_stages, HTML_EVENTS);
}

static void write_slow(FILE *file, const struct report *report, const struct slow *slow)
{
	fputs("<article class=\"card\"><h3>", file);
	html__time(file, report, slow->latency);
	fputs(" ", file);
	html__labels(file, &slow->labels);
	fputs("</h3>\n<p class=\"by\">", file);
	if (*slow->comm) {
		html__text(file, slow->comm);
		fprintf(file, " (%u), ", slow->pid);
	}
	html__time(file, report, slow->ts);
	fputs(" after the start</p>\n", file);
	write_lanes(file, report, slow);
	html__stack(file, slow->caller, &slow->stack);
	fputs("</article>\n", file);
}

int html__slowest(FILE *file, const struct report *report)
{
	if (!report->nr_slowest)
		return 0;
	html__section(file, "slowest", "The slowest", NULL);
	for (size_t i = 0; i < report->nr_slowest && i < HTML_EVENTS; i++)
		write_slow(file, report, &report->slowest[i]);
	html__left_out(file, report->nr_slowest, HTML_EVENTS);
	if (report->mode.slowest_dropped) {
		fputs("<p>", file);
		html__count(file, report->mode.slowest_dropped);
		fputs(" slow requests ended while this list was being written.</p>\n", file);
	}
	html__section_end(file);
	return 0;
}

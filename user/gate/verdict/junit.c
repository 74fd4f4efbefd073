// SPDX-License-Identifier: GPL-2.0-only
/*
 * The verdicts as JUnit XML, as strict as the strictest schema in use: a suite has id, package,
 * timestamp and hostname, its parts stand in a fixed order, and all of them are there.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "gate/verdict/verdict.h"
#include "base/text.h"

/* Text of any origin in XML 1.0: wrong UTF-8 and control characters are shown as \xNN. */
static void write_xml(FILE *file, const char *text)
{
	char *escaped = text__escape(text ? text : "");

	for (const char *c = escaped; c && *c; c++) {
		switch (*c) {
		case '&':
			fputs("&amp;", file);
			break;
		case '<':
			fputs("&lt;", file);
			break;
		case '>':
			fputs("&gt;", file);
			break;
		case '"':
			fputs("&quot;", file);
			break;
		case '\'':
			fputs("&apos;", file);
			break;
		case '\xef':
			/* U+FFFE and U+FFFF are UTF-8, but no characters of XML. */
			if (!memcmp(c, "\xef\xbf\xbe", 3) || !memcmp(c, "\xef\xbf\xbf", 3)) {
				fputs("\xef\xbf\xbd", file);
				c += 2;
				break;
			}
			fputc(*c, file);
			break;
		default:
			fputc(*c, file);
		}
	}
	free(escaped);
}

static void write_attribute(FILE *file, const char *name, const char *value)
{
	fprintf(file, " %s=\"", name);
	write_xml(file, value);
	fputc('"', file);
}

static void write_property(FILE *file, const char *name, const char *value)
{
	if (!*value)
		return;
	fputs("      <property", file);
	write_attribute(file, "name", name);
	write_attribute(file, "value", value);
	fputs("/>\n", file);
}

/* What was measured, in one sentence. */
static void write_measure(FILE *file, const struct verdict *verdict, bool icount)
{
	char measured[VERDICT_TEXT], bound[VERDICT_TEXT], margin[VERDICT_TEXT];
	char *text;

	if (asprintf(&text, "measured %s, bound %s %s, margin %s: %s",
		     verdict__format(verdict->unit, icount, verdict->measured, measured),
		     comparison_words[verdict->comparison],
		     verdict__format(verdict->unit, icount, verdict->bound, bound),
		     verdict__format_margin(verdict, icount, margin), verdict->series) < 0)
		return;
	write_xml(file, text);
	free(text);
}

static void write_case(FILE *file, const struct verdict *verdict, bool icount)
{
	fputs("    <testcase", file);
	write_attribute(file, "name", verdict->name);
	write_attribute(file, "classname", "gfptrace.check");
	fputs(" time=\"0\"", file);
	switch (verdict->outcome) {
	case HOLDS:
		fputs("/>\n", file);
		return;
	case VIOLATED:
		fputs(">\n      <failure type=\"violated\" message=\"", file);
		write_measure(file, verdict, icount);
		fputs("\">", file);
		write_xml(file, verdict->file);
		if (verdict->line)
			fprintf(file, ":%u:%u", verdict->line, verdict->column);
		fputs("</failure>\n", file);
		break;
	case UNANSWERED:
		fputs(">\n      <error type=\"unanswered\" message=\"", file);
		write_xml(file, verdict->problem);
		fputs("\">", file);
		write_xml(file, verdict->hint);
		fputs("</error>\n", file);
	}
	fputs("    </testcase>\n", file);
}

/* The schema's timestamp has seconds, and neither fraction nor zone. */
static void write_suite(FILE *file, const struct verdicts *verdicts,
			const struct verdict_source *source)
{
	const struct report *report = source->report;
	bool timed = report && strspn(report->window.start, "0123456789-T:") >= 19;
	const char *start = timed ? report->window.start : "1970-01-01T00:00:00";
	char timestamp[20];

	snprintf(timestamp, sizeof(timestamp), "%.19s", start);
	fputs("  <testsuite", file);
	write_attribute(file, "name", source->name);
	write_attribute(file, "timestamp", timestamp);
	fprintf(file,
		" id=\"0\" package=\"gfptrace\" hostname=\"localhost\" tests=\"%zu\" "
		"failures=\"%zu\" errors=\"%zu\" skipped=\"0\" time=\"%.3f\">\n",
		verdicts->nr, verdicts->violated, verdicts->unanswered,
		report ? (double)report->window.duration_ns / 1e9 : 0.0);
}

int verdicts__write_junit(FILE *file, const struct verdicts *verdicts,
			  const struct verdict_source *source)
{
	const struct report *report = source->report;

	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n", file);
	write_suite(file, verdicts, source);
	fputs("    <properties>\n", file);
	if (report) {
		write_property(file, "kernel", report->host.kernel);
		write_property(file, "arch", report->host.arch);
		write_property(file, "clock", report->host.clock);
		write_property(file, "tier", report->mode.tier);
		write_property(file, "gfptrace", report->tool.version);
	}
	fputs("    </properties>\n", file);
	for (size_t i = 0; i < verdicts->nr; i++)
		write_case(file, &verdicts->verdict[i], verdicts->icount);
	fputs("    <system-out></system-out>\n    <system-err></system-err>\n  </testsuite>\n"
	      "</testsuites>\n",
	      file);
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-only
/* The parts that the sections of the page share. */
#include <inttypes.h>
#include <string.h>

#include "format/html/html.h"
#include "format/text/text.h"
#include "format/text/table.h"
#include "base/text.h"

#define LONGEST 400 /* characters of one text */

/* Characters that turn the direction of what follows could make a text say something else. */
static bool is_bidi(const char *text)
{
	const unsigned char *c = (const unsigned char *)text;

	if (c[0] != 0xe2)
		return false;
	return (c[1] == 0x80 && c[2] >= 0xaa && c[2] <= 0xae) ||
	       (c[1] == 0x81 && c[2] >= 0xa6 && c[2] <= 0xa9);
}

/* U+0080 to U+009F, which HTML forbids like those below U+0020. */
static bool is_control(const char *text, size_t length)
{
	unsigned char c = (unsigned char)text[0];

	return c < 0x20 || c == 0x7f || (length == 2 && c == 0xc2 && (unsigned char)text[1] < 0xa0);
}

static void write_character(FILE *file, const char *text, size_t length)
{
	switch (*text) {
	case '&':
		fputs("&amp;", file);
		return;
	case '<':
		fputs("&lt;", file);
		return;
	case '>':
		fputs("&gt;", file);
		return;
	case '"':
		fputs("&quot;", file);
		return;
	case '\'':
		fputs("&#39;", file);
		return;
	default:
		fwrite(text, 1, length, file);
	}
}

void html__text(FILE *file, const char *text)
{
	size_t length, nr, i;

	for (nr = 0; *text && nr < LONGEST; nr++, text += length) {
		length = utf8__length(text);
		if (length && !is_control(text, length) && !is_bidi(text)) {
			write_character(file, text, length);
			continue;
		}
		length = length ? length : 1;
		for (i = 0; i < length; i++)
			fprintf(file, "\\x%02x", (unsigned char)text[i]);
	}
	if (*text)
		fputs("&#8230;", file);
}

void html__count(FILE *file, uint64_t count)
{
	char text[UNITS_COUNT];

	fprintf(file, "<data value=\"%" PRIu64 "\">%s</data>", count, format__count(count, text));
}

void html__time(FILE *file, const struct report *report, uint64_t ns)
{
	char text[UNITS_COUNT];

	if (ns == TIME_UNKNOWN)
		fputc('-', file);
	else
		fprintf(file, "<data value=\"%" PRIu64 "\">%s</data>", ns,
			text__time(report, ns, text));
}

void html__size(FILE *file, uint64_t bytes)
{
	char text[UNITS_TEXT];

	fprintf(file, "<data value=\"%" PRIu64 "\">%s</data>", bytes, format__size(bytes, text));
}

void html__share(FILE *file, uint64_t part, uint64_t whole)
{
	char text[TEXT_SHARE];

	html__text(file, text__share(part, whole, text));
}

void html__ratio(FILE *file, double share)
{
	char text[TEXT_SHARE];

	fprintf(file, "<data value=\"%.6g\">", share);
	share = share < 1 ? share : 1;
	html__text(file, text__share((uint64_t)(share * 1e9 + 0.5), 1000000000, text));
	fputs("</data>", file);
}

void html__labels(FILE *file, const struct labels *labels)
{
	const char *separator = "";

	for (size_t i = 0; i < DIMENSIONS; i++) {
		if (!labels->value[i])
			continue;
		/* these tell what they are by themselves */
		fprintf(file, "%s%s", separator,
			i == DIM_CLASS || i == DIM_CONTEXT ? "" : dimension_names[i]);
		if (i != DIM_CLASS && i != DIM_CONTEXT)
			fputc(' ', file);
		html__text(file, labels->value[i]);
		separator = ", ";
	}
}

void html__stack(FILE *file, const char *caller, const struct text_list *stack)
{
	if (caller) {
		fputs("<p class=\"by\">asked by <code>", file);
		html__text(file, caller);
		fputs("</code></p>\n", file);
	}
	if (!stack->nr)
		return;
	fputs("<details><summary>stack</summary><ol class=\"stack\">", file);
	for (size_t i = 0; i < stack->nr && i < HTML_EVENTS; i++) {
		fputs("<li><code>", file);
		html__text(file, stack->text[i]);
		fputs("</code></li>", file);
	}
	fputs("</ol></details>\n", file);
}

void html__section(FILE *file, const char *id, const char *title, const char *note)
{
	fprintf(file, "<section id=\"%s\">\n<h2>%s</h2>\n", id, title);
	if (note)
		fprintf(file, "<p class=\"note\">%s</p>\n", note);
}

void html__section_end(FILE *file)
{
	fputs("</section>\n", file);
}

void html__table(FILE *file, const char *caption)
{
	fprintf(file,
		"<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"%s\">"
		"<table>\n<caption>%s</caption>\n",
		caption, caption);
}

void html__table_end(FILE *file)
{
	fputs("</tbody></table></div>\n", file);
}

void html__head_cell(FILE *file, const char *title)
{
	fprintf(file, "<th class=\"n\" scope=\"col\">%s</th>", title);
}

static bool is_number(size_t dimension)
{
	return dimension == DIM_ORDER || dimension == DIM_NODE || dimension == DIM_CPU;
}

void html__label_heads(FILE *file, const bool used[DIMENSIONS])
{
	for (size_t i = 0; i < DIMENSIONS; i++)
		if (used[i])
			fprintf(file, "<th%s scope=\"col\">%s</th>",
				is_number(i) ? " class=\"n\"" : "", dimension_names[i]);
}

void html__label_cells(FILE *file, const struct labels *labels, const bool used[DIMENSIONS])
{
	for (size_t i = 0; i < DIMENSIONS; i++) {
		if (!used[i])
			continue;
		fprintf(file, "<td%s>", is_number(i) ? " class=\"n\"" : "");
		html__text(file, labels->value[i] ? labels->value[i] : "-");
		fputs("</td>", file);
	}
}

void html__bar(FILE *file, double from, double to, size_t colour)
{
	to = to > 1 ? 1 : to;
	from = from > to ? to : from;
	if (to <= from) {
		fputs("<span class=\"bar\" aria-hidden=\"true\"></span>", file);
		return;
	}
	fprintf(file,
		"<span class=\"bar\" aria-hidden=\"true\"><i class=\"s%zu\" "
		"style=\"margin-left:%.2f%%;width:max(2px,%.2f%%)\"></i></span>",
		colour, from * 100, (to - from) * 100);
}

void html__left_out(FILE *file, size_t nr, size_t most)
{
	if (nr > most)
		fprintf(file, "<p class=\"note\">%zu more are in the JSON.</p>\n", nr - most);
}

double html__octave(double x)
{
	unsigned int octave;

	if (x < 1)
		return 0;
	for (octave = 0; octave < 64 && x >= 2; octave++)
		x /= 2;
	return octave + x - 1;
}

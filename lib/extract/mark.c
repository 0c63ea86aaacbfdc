/* SPDX-License-Identifier: ISC */
/*
 * The two marks.
 */
#include "extract/mark.h"
#include "age/armor.h"

#define DASHES 5

static const char begin[] = WAX_ARMOR_BEGIN;
static const char end[] = WAX_ARMOR_END;

enum wax_marked wax_mark_step(struct wax_mark *m, char c)
{
	const char *text = m->text ? m->text : begin;
	bool space = m->space, line = m->line;

	if (c == ' ' || c == '\n') {
		m->space = true;
		m->line |= c == '\n';
		return m->at ? WAX_MARK_INSIDE : WAX_MARK_NONE;
	}
	m->space = m->line = false;
	/* Dashes before may be a line of their own. */
	if (m->at == DASHES && c == '-')
		return WAX_MARK_INSIDE;
	if (m->at == DASHES)
		text = m->text = c == 'E' ? end : begin;
	if (text[m->at] == ' ' && space)
		m->at++;
	else if (space && !line && m->at)
		m->at = sizeof(begin); /* no character is expected here */
	if (m->at < sizeof(begin) && text[m->at] == c) {
		if (text[++m->at])
			return WAX_MARK_INSIDE;
		m->at = 0;
		m->text = NULL;
		return text == begin ? WAX_MARK_BEGIN : WAX_MARK_END;
	}
	m->text = NULL;
	m->at = c == '-';
	return m->at ? WAX_MARK_INSIDE : WAX_MARK_NONE;
}

/* SPDX-License-Identifier: ISC */
/*
 * Transfer codings of mail (RFC 2045, section 6), a line at a time. What no
 * encoder writes is remembered, with its line: it may be damage.
 */
#include <string.h>

#include "base/cursor.h"
#include "extract/chars.h"
#include "extract/mail.h"

void wax_decode_begin(struct wax_mail *m)
{
	m->bits = 0;
	m->n_bits = 0;
	m->padded = false;
	m->layout = (struct wax_layout){0};
	m->odd_line = 0;
	m->eol = 0;
}

static void odd(struct wax_mail *m, const char *what)
{
	if (m->odd_line || !what)
		return;
	m->odd_line = m->line;
	m->odd = what;
}

/* One character; returns how many bytes it completes. */
static size_t base64_char(struct wax_mail *m, char c, char *out)
{
	int v = wax_base64_value(c);

	if (c == '=')
		m->padded = true;
	else if (v < 0 && !wax_is_space(c))
		odd(m, "this is not base64");
	else if (v >= 0 && m->padded)
		odd(m, "the base64 goes on after its end");
	if (v < 0)
		return 0;
	m->bits = m->bits << 6 | (uint32_t)v;
	m->n_bits += 6;
	if (m->n_bits < 8)
		return 0;
	m->n_bits -= 8;
	*out = (char)(m->bits >> m->n_bits);
	return 1;
}

static size_t base64(struct wax_mail *m, const char *data, size_t len)
{
	size_t n = 0, run = 0;

	while (run < len && wax_base64_value(data[run]) >= 0)
		run++;
	if (run) {
		odd(m, wax_layout_more(&m->layout));
		wax_layout_add(&m->layout, data, run);
	}
	for (size_t i = 0; i < len; i++)
		n += base64_char(m, data[i], m->out + n);
	if (len && data[len - 1] == '\n')
		odd(m, wax_layout_end(&m->layout));
	return n;
}

/* Gives the end of the line before, where that was held back. */
static size_t take_eol(struct wax_mail *m)
{
	size_t n = m->eol;

	memcpy(m->out, m->eol_bytes, n);
	m->eol = 0;
	return n;
}

/* Of bytes, a line's end before a boundary belongs to the boundary. */
static size_t add_eol(struct wax_mail *m, size_t n, const char *eol, size_t len)
{
	memcpy(m->hold ? m->eol_bytes : m->out + n, eol, len);
	m->eol = m->hold ? len : 0;
	return m->hold ? n : n + len;
}

static int hex(char c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
				      : -1;
}

static size_t quoted_printable(struct wax_mail *m, const char *data, size_t len)
{
	size_t text = wax_chomp(data, len), eol = len - text;
	size_t n = take_eol(m);

	/* White space at the end of a line is not the sender's. */
	while (eol && text && (data[text - 1] == ' ' || data[text - 1] == '\t'))
		text--;
	for (size_t i = 0; i < text; i++) {
		int high = -1, low = -1;

		if (data[i] == '=' && i + 1 == text && eol)
			return n; /* the line goes on in the next one */
		if (data[i] == '=' && text - i > 2) {
			high = hex(data[i + 1]);
			low = hex(data[i + 2]);
		}
		if (high < 0 || low < 0) {
			m->out[n++] = data[i];
			continue;
		}
		m->out[n++] = (char)(high << 4 | low);
		i += 2;
	}
	return eol ? add_eol(m, n, "\n", 1) : n;
}

static size_t plain(struct wax_mail *m, const char *data, size_t len)
{
	size_t text = wax_chomp(data, len), n = take_eol(m);

	memcpy(m->out + n, data, text);
	return add_eol(m, n + text, data + text, len - text);
}

size_t wax_decode(struct wax_mail *m, const char *data, size_t len)
{
	switch (m->coding) {
	case WAX_CODING_BASE64:
		return base64(m, data, len);
	case WAX_CODING_QP:
		return quoted_printable(m, data, len);
	default:
		return plain(m, data, len);
	}
}

/* SPDX-License-Identifier: ISC */
/*
 * The structure of mail, line by line. It is read as mail programs read it,
 * who forgive much: what makes no sense is text.
 */
#include <string.h>
#include <strings.h>

#include "base/cursor.h"
#include "extract/mail.h"

#define BOM "\xef\xbb\xbf"

/* A line, or a piece of one, that is looked at and not taken yet. */
struct line {
	const char *data;
	size_t len;
	bool starts; /* it begins the line */
};

int wax_mail_init(struct wax_mail *m, struct wax_source *from,
		  struct wax_diag *diag)
{
	memset(m, 0, sizeof(*m));
	return wax_reader_init(&m->r, from, diag);
}

void wax_mail_release(struct wax_mail *m)
{
	wax_reader_release(&m->r);
}

static int look(struct wax_mail *m, struct line *out, struct wax_diag *diag)
{
	const uint8_t *data, *lf = NULL;
	size_t len = 0, want = 1;

	for (;;) {
		int err = wax_reader_peek(&m->r, want, &data, &len, diag);

		if (err)
			return err;
		len = len < WAX_MAIL_PIECE ? len : WAX_MAIL_PIECE;
		lf = len ? memchr(data, '\n', len) : NULL;
		if (lf || len == WAX_MAIL_PIECE || len < want)
			break;
		want = len + 1;
	}
	out->data = (const char *)data;
	out->len = lf ? (size_t)(lf - data) + 1 : len;
	out->starts = !m->in_line;
	return 0;
}

static void take(struct wax_mail *m, const struct line *l)
{
	m->line += l->starts;
	m->taken += l->len;
	m->in_line = l->data[l->len - 1] != '\n';
	m->was_blank = l->starts && !wax_chomp(l->data, l->len);
	wax_reader_take(&m->r, l->len);
}

static void begin_header(struct wax_mail *m)
{
	m->in_header = true;
	m->field_len = 0;
	m->multi = (struct wax_multipart){.len = 0};
	m->inner = false;
	m->coding = WAX_CODING_NONE;
	m->html = false;
	m->hidden = false;
	m->part++;
}

static void begin_text(struct wax_mail *m)
{
	m->in_header = false;
	m->coding = WAX_CODING_NONE;
	m->html = false;
	m->part++;
	wax_decode_begin(m);
}

static void begin_body(struct wax_mail *m)
{
	if (m->inner) {
		begin_header(m);
	} else if (m->multi.len && m->depth < WAX_MAIL_DEPTH) {
		m->stack[m->depth++] = m->multi;
		m->awaited = true;
		begin_text(m);
		m->hidden = true;
	} else {
		m->in_header = false;
		m->part++;
		wax_decode_begin(m);
	}
}

/* Takes a word of a field: up to a space or a special character. */
static struct wax_cursor word(struct wax_cursor *c)
{
	struct wax_cursor w = {c->at, 0};

	while (c->left && !wax_is_space((char)*c->at) &&
	       !memchr(";=\"", *c->at, 3)) {
		c->at++;
		c->left--;
		w.left++;
	}
	return w;
}

static void skip_space(struct wax_cursor *c)
{
	while (c->left && wax_is_space((char)*c->at)) {
		c->at++;
		c->left--;
	}
}

static bool is(const struct wax_cursor *w, const char *text)
{
	return w->left == strlen(text) &&
	       !strncasecmp((const char *)w->at, text, w->left);
}

static bool begins(const struct wax_cursor *w, const char *text)
{
	return w->left >= strlen(text) &&
	       !strncasecmp((const char *)w->at, text, strlen(text));
}

/* Takes a parameter's value, quoted or not, to out; returns its length. */
static size_t value(struct wax_cursor *c, char *out, size_t size)
{
	bool quoted = c->left && *c->at == '"';
	size_t n = 0;

	c->at += quoted;
	c->left -= quoted;
	for (; c->left; c->at++, c->left--) {
		if (quoted ? *c->at == '"'
			   : *c->at == ';' || wax_is_space((char)*c->at))
			break;
		if (quoted && *c->at == '\\' && c->left > 1) {
			c->at++;
			c->left--;
		}
		if (n < size)
			out[n] = (char)*c->at;
		n++;
	}
	return n;
}

static void content_type(struct wax_mail *m, struct wax_cursor c)
{
	struct wax_multipart *multi = &m->multi;
	struct wax_cursor type = word(&c), name;
	char other[1];
	bool is_multi = begins(&type, "multipart/");

	m->inner = is(&type, "message/rfc822") || is(&type, "message/global");
	m->html = is(&type, "text/html");
	multi->len = 0;
	while (c.left) {
		/* To the next parameter. */
		while (c.left && *c.at != ';')
			wax_cursor_take(&c, 1, &name.at);
		wax_cursor_take(&c, c.left ? 1 : 0, &name.at);
		skip_space(&c);
		name = word(&c);
		skip_space(&c);
		if (!c.left || *c.at != '=')
			continue;
		c.at++;
		c.left--;
		skip_space(&c);
		if (is_multi && is(&name, "boundary"))
			multi->len = value(&c, multi->boundary,
					   sizeof(multi->boundary));
		else
			value(&c, other, 0);
	}
	if (multi->len > sizeof(multi->boundary))
		multi->len = 0;
}

/* What the field that was read says. */
static void end_field(struct wax_mail *m)
{
	struct wax_cursor c = wax_cursor(m->field, m->field_len), w;
	const uint8_t *colon =
		m->field_len ? memchr(m->field, ':', m->field_len) : NULL;

	m->field_len = 0;
	if (!colon)
		return;
	w = wax_cursor(c.at, (size_t)(colon - c.at));
	while (w.left && wax_is_space((char)w.at[w.left - 1]))
		w.left--;
	c = wax_cursor(colon + 1, c.left - (size_t)(colon + 1 - c.at));
	skip_space(&c);
	if (is(&w, "content-type")) {
		content_type(m, c);
	} else if (is(&w, "content-transfer-encoding")) {
		w = word(&c);
		m->coding = is(&w, "base64")		 ? WAX_CODING_BASE64
			    : is(&w, "quoted-printable") ? WAX_CODING_QP
							 : WAX_CODING_NONE;
	}
}

/* The length of the name of a field that a line begins with, or 0. */
static size_t field_name(const struct line *l)
{
	size_t n = 0;

	while (n < l->len && l->data[n] > ' ' && l->data[n] < 127 &&
	       l->data[n] != ':')
		n++;
	return n < l->len && l->data[n] == ':' ? n : 0;
}

static void add_to_field(struct wax_mail *m, const struct line *l)
{
	size_t room = sizeof(m->field) - m->field_len;
	size_t n = l->len < room ? l->len : room;

	memcpy(m->field + m->field_len, l->data, n);
	m->field_len += n;
}

/* A line of a header; the first one that is none begins the body. */
static void header_line(struct wax_mail *m, const struct line *l)
{
	bool blank = l->starts && !wax_chomp(l->data, l->len);

	if (!l->starts ||
	    (m->field_len && (*l->data == ' ' || *l->data == '\t') && !blank)) {
		add_to_field(m, l);
	} else if (field_name(l)) {
		end_field(m);
		add_to_field(m, l);
	} else if (m->field_len || blank ||
		   (!wax_starts(l->data, l->len, "From ") &&
		    !wax_starts(l->data, l->len, ">From "))) {
		end_field(m);
		begin_body(m);
		if (!blank)
			return;
	}
	take(m, l);
}

/* Whether the line is a boundary; then it is taken. */
static bool boundary(struct wax_mail *m, const struct line *l)
{
	size_t len = wax_chomp(l->data, l->len), i = m->depth;
	bool ends = false;

	if (!wax_starts(l->data, len, "--"))
		return false;
	while (len && (l->data[len - 1] == ' ' || l->data[len - 1] == '\t'))
		len--;
	/* The innermost first; but of two that begin alike the right one. */
	while (i--) {
		const struct wax_multipart *p = &m->stack[i];

		if (len < p->len + 2 ||
		    memcmp(l->data + 2, p->boundary, p->len))
			continue;
		ends = len == p->len + 4 && l->data[len - 1] == '-' &&
		       l->data[len - 2] == '-';
		if (ends || len == p->len + 2)
			break;
	}
	if (i == (size_t)-1)
		return false;
	m->depth = ends ? i : i + 1;
	m->awaited = false;
	if (ends)
		begin_text(m);
	else
		begin_header(m);
	m->hidden = ends;
	take(m, l);
	return true;
}

/* What a mail begins with: a mailbox's line, or one of the usual fields. */
static void begin(struct wax_mail *m, const struct line *l)
{
	static const char *const usual[] = {
		"from",		"to",
		"cc",		"date",
		"subject",	"received",
		"return-path",	"delivered-to",
		"mime-version", "message-id",
		"reply-to",	"sender",
		"in-reply-to",	"references",
		"user-agent",	"authentication-results",
	};
	static const char *const families[] = {"x-",	"content-", "list-",
					       "dkim-", "arc-",	    "resent-"};
	struct wax_cursor name = wax_cursor(l->data, field_name(l));

	m->mailbox = wax_starts(l->data, l->len, "From ");
	m->mail = m->mailbox;
	for (size_t i = 0; i < sizeof(usual) / sizeof(*usual); i++)
		m->mail |= is(&name, usual[i]);
	for (size_t i = 0; i < sizeof(families) / sizeof(*families); i++)
		m->mail |= begins(&name, families[i]);
	if (m->mail)
		begin_header(m);
	else
		begin_text(m);
}

/* The next mail of a mailbox. */
static bool next_mail(struct wax_mail *m, const struct line *l)
{
	if (!m->mailbox || !m->was_blank || m->in_header ||
	    !wax_starts(l->data, l->len, "From "))
		return false;
	m->depth = 0;
	begin_header(m);
	take(m, l);
	return true;
}

/* Gives what a line of a body holds, if it holds anything. */
static bool body_line(struct wax_mail *m, const struct line *l,
		      struct wax_piece *out)
{
	bool as_it_is = !m->depth && m->coding == WAX_CODING_NONE;

	take(m, l);
	*out = (struct wax_piece){
		.data = as_it_is ? l->data : m->out,
		.len = as_it_is ? l->len : wax_decode(m, l->data, l->len),
		.part = m->part,
		.coding = m->coding,
		.html = m->html,
		.mail = m->mail,
		.hidden = m->hidden,
	};
	return out->len;
}

int wax_mail_next(struct wax_mail *m, struct wax_piece *out,
		  struct wax_diag *diag)
{
	for (;;) {
		struct line l;
		int err = look(m, &l, diag);

		if (err)
			return err;
		if (!l.len || (m->most && m->taken > m->most)) {
			*out = (struct wax_piece){.data = "", .ends = true};
			return 0;
		}
		if (!m->part && wax_starts(l.data, l.len, BOM)) {
			wax_reader_take(&m->r, sizeof(BOM) - 1);
			m->bom = true;
			continue;
		}
		if (!m->part && wax_chomp(l.data, l.len))
			begin(m, &l);
		if (!m->part)
			take(m, &l);
		else if (l.starts && (next_mail(m, &l) || boundary(m, &l)))
			continue;
		else if (m->in_header)
			header_line(m, &l);
		else if (body_line(m, &l, out))
			return 0;
	}
}

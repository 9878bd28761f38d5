/* SPDX-License-Identifier: MIT
 *
 * args: the arguments of a call, from a line of text or from an interaction.
 * What does not fit is answered with what was expected and an example.
 */
#include "command/command_int.h"

#define QUOTED_MAX 60 /* of what was typed, shown back */

void zx__args_free(struct zx_call *call)
{
	size_t i;

	for (i = 0; call->args && i < call->arg_count; i++) {
		zx_delete(call->c->opt.alloc, call->args[i].text);
		zx_delete(call->c->opt.alloc, call->args[i].values);
	}
	zx_delete(call->c->opt.alloc, call->args);
	call->args = NULL;
}

int zx__args_new(struct zx_call *call, size_t count)
{
	if (!count)
		return ZX_OK;
	call->args = zx_new(call->c->opt.alloc, count * sizeof(*call->args));
	if (!call->args)
		return ZX_E_NOMEM;
	call->arg_count = count;
	return ZX_OK;
}

void zx__usage(struct zx_buf *out, const char *prefix,
	       const struct zx_command *command)
{
	const struct zx_option *o;
	size_t i;

	zx_buf_addf(out, "%s%s", prefix, command->name);
	for (i = 0; i < command->option_count; i++) {
		o = &command->options[i];
		zx_buf_addf(out, o->required ? " <%s%s>" : " [%s%s]", o->name,
			    o->rest ? "..." : "");
	}
}

static void sample(struct zx_buf *out, const struct zx_option *o)
{
	static const char *const samples[] = {
		[ZX_OPTION_STRING] = "text",
		[ZX_OPTION_INTEGER] = "5",
		[ZX_OPTION_BOOLEAN] = "yes",
		[ZX_OPTION_USER] = "@member",
		[ZX_OPTION_CHANNEL] = "#channel",
		[ZX_OPTION_ROLE] = "@role",
		[ZX_OPTION_NUMBER] = "1.5",
		[ZX_OPTION_ATTACHMENT] = "(with a file)",
	};
	int numeric =
		o->type == ZX_OPTION_INTEGER || o->type == ZX_OPTION_NUMBER;

	if (o->choice_count)
		zx_buf_addc(out, o->choices[0].value);
	else if (numeric && o->has_min)
		zx_buf_addf(out, "%.15g", o->min);
	else if (numeric && o->has_max)
		zx_buf_addf(out, "%.15g", o->max);
	else
		zx_buf_addc(out, samples[o->type]);
}

/* A line that works, up to the option in question. */
static void example(struct zx_buf *out, const struct zx_call *call, size_t upto)
{
	const struct zx_command *command = call->info.command;
	size_t i;

	zx_buf_addf(out, "%s%s", call->prefix, command->name);
	for (i = 0; i <= upto; i++) {
		zx_buf_addch(out, ' ');
		sample(out, &command->options[i]);
	}
}

static int missing(struct zx_call *call, size_t i)
{
	const struct zx_command *command = call->info.command;
	struct zx_buf usage;
	int err;

	zx_buf_init(&usage, call->c->opt.alloc, 0);
	zx__usage(&usage, call->prefix, command);
	zx_buf_addc(&usage, "\nExample: ");
	example(&usage, call, i);
	err = usage.err;
	if (!err)
		err = zx__fault(call, FAULT_MISSING,
				"Missing argument: %s\nUsage: %s",
				command->options[i].name, zx_buf_cstr(&usage));
	zx_buf_release(&usage);
	call->c->stats.refused++;
	return err ? err : ZX_E_SYNTAX;
}

static int invalid(struct zx_call *call, size_t i, struct zx_str typed,
		   const struct zx_buf *why)
{
	struct zx_buf text;
	int err;

	zx_buf_init(&text, call->c->opt.alloc, 0);
	zx_buf_addf(&text, "Invalid argument provided\n%s must be %s, not \"",
		    call->info.command->options[i].name, zx_buf_cstr(why));
	zx__cut(&text, typed, QUOTED_MAX);
	zx_buf_addc(&text, "\"\nExample: ");
	example(&text, call, i);
	err = text.err ? text.err : why->err;
	if (!err)
		err = zx__fault(call, FAULT_ARGUMENT, "%s", zx_buf_cstr(&text));
	zx_buf_release(&text);
	call->c->stats.refused++;
	return err ? err : ZX_E_SYNTAX;
}

/* A file given with the message or the interaction: its id, and URL as text. */
static int take_file(struct zx_call *call, size_t i, struct zx_str file)
{
	struct zx__arg *arg = &call->args[i];
	struct zx_buf url;

	zx_buf_init(&url, call->c->opt.alloc, 0);
	zx_json_text(zx_json_get(file, "url"), &url);
	if (!url.err)
		arg->text = zx_str_dup(call->c->opt.alloc, zx_buf_str(&url));
	zx_buf_release(&url);
	if (!arg->text)
		return ZX_E_NOMEM;
	arg->id = zx_json_get_u64(file, "id");
	arg->has = 1;
	return ZX_OK;
}

/* The state of reading one line. */
struct reading {
	struct zx_call *call;
	struct zx_str line, start; /* start: where `word` was read from */
	struct zx_str files;	   /* raw array */
	size_t file;
	/* The word that did not fit an optional option and is offered to the
	 * next ones; the first that refused it is to blame. */
	struct zx_buf word, why;
	int have_word;
	size_t blamed;
};

static int next_word(struct reading *r, const struct zx_option *o)
{
	if (r->have_word && o->rest)
		r->line = r->start; /* this one wants more than the word */
	else if (r->have_word)
		return 1;
	zx_buf_clear(&r->word);
	r->start = r->line;
	if (!zx__word(&r->line, &r->word))
		return 0;
	if (o->rest && zx_str_trim(r->line).len) {
		/* More than one word: the text as it stands, quotes and all. */
		zx_buf_clear(&r->word);
		zx_buf_adds(&r->word, zx_str_trim(r->start));
		r->line = ZX_STR("");
	}
	r->have_word = 1;
	return 1;
}

static int read_option(struct reading *r, size_t i)
{
	struct zx_call *call = r->call;
	const struct zx_command *command = call->info.command;
	const struct zx_option *o = &command->options[i];
	struct zx_buf why;
	int err;

	if (o->type == ZX_OPTION_ATTACHMENT) {
		struct zx_str file = zx_json_index(r->files, r->file++);

		if (file.len)
			return take_file(call, i, file);
		return o->required ? missing(call, i) : ZX_OK;
	}
	if (!next_word(r, o))
		return o->required ? missing(call, i) : ZX_OK;
	zx_buf_init(&why, call->c->opt.alloc, 0);
	err = r->word.err
		      ? r->word.err
		      : zx__convert(call->c->opt.alloc, o, zx_buf_str(&r->word),
				    &call->args[i], &why);
	if (!err)
		r->have_word = 0;
	if (err == ZX_E_SYNTAX) {
		if (!r->why.len) {
			zx_buf_adds(&r->why, zx_buf_str(&why));
			r->blamed = i;
		}
		/* An optional one may have been left out on purpose. */
		err = o->required || i + 1 == command->option_count
			      ? invalid(call, r->blamed, zx_buf_str(&r->word),
					&r->why)
			      : ZX_OK;
	} else {
		zx_buf_clear(&r->why);
	}
	zx_buf_release(&why);
	return err;
}

int zx__args_text(struct zx_call *call, struct zx_str line, struct zx_str d)
{
	struct reading r = { .call = call, .line = line };
	size_t i;
	int err = zx__args_new(call, call->info.command->option_count);

	r.files = zx_json_get(d, "attachments");
	zx_buf_init(&r.word, call->c->opt.alloc, 0);
	zx_buf_init(&r.why, call->c->opt.alloc, 0);
	for (i = 0; !err && i < call->info.command->option_count; i++)
		err = read_option(&r, i);
	zx_buf_release(&r.word);
	zx_buf_release(&r.why);
	return err;
}

static struct zx_str find_option(struct zx_str options, const char *name)
{
	struct zx_json_iter it = zx_json_each(options);

	while (zx_json_next(&it))
		if (zx_json_is(zx_json_get(it.value, "name"), name))
			return zx_json_get(it.value, "value");
	return ZX_STR("");
}

static int is_id(const struct zx_option *o)
{
	return o->type == ZX_OPTION_USER || o->type == ZX_OPTION_CHANNEL ||
	       o->type == ZX_OPTION_ROLE;
}

/* An interaction has ids as they are: of any length, without brackets. */
static int take_id(struct zx_call *call, size_t i, struct zx_str digits)
{
	struct zx__arg *arg = &call->args[i];
	struct zx_buf why;
	int err;

	if (zx_str_u64(digits, &arg->id)) {
		zx_buf_init(&why, call->c->opt.alloc, 0);
		zx_buf_addc(&why, "an id");
		err = invalid(call, i, digits, &why);
		zx_buf_release(&why);
		return err;
	}
	arg->text = zx_str_dup(call->c->opt.alloc, digits);
	arg->has = arg->text != NULL;
	return arg->text ? ZX_OK : ZX_E_NOMEM;
}

static int slash_option(struct zx_call *call, size_t i, struct zx_str data,
			struct zx_str raw)
{
	const struct zx_option *o = &call->info.command->options[i];
	const struct zx_alloc *a = call->c->opt.alloc;
	struct zx_buf text, why;
	int err = ZX_OK;

	zx_buf_init(&text, a, 0);
	zx_buf_init(&why, a, 0);
	if (zx_json_kind(raw) == ZX_JSON_STRING)
		zx_json_text(raw, &text);
	else
		zx_buf_adds(&text, raw);
	if (text.err) {
		err = ZX_E_NOMEM;
	} else if (o->type == ZX_OPTION_ATTACHMENT) {
		err = take_file(
			call, i,
			zx_json_get(zx_json_at(data, "resolved.attachments"),
				    zx_buf_cstr(&text)));
	} else if (is_id(o)) {
		err = take_id(call, i, zx_buf_str(&text));
	} else {
		err = zx__convert(a, o, zx_buf_str(&text), &call->args[i],
				  &why);
		if (err == ZX_E_SYNTAX)
			err = invalid(call, i, zx_buf_str(&text), &why);
	}
	zx_buf_release(&text);
	zx_buf_release(&why);
	return err;
}

int zx__args_slash(struct zx_call *call, struct zx_str data)
{
	const struct zx_command *command = call->info.command;
	struct zx_str options = zx_json_get(data, "options"), raw;
	size_t i;
	int err = zx__args_new(call, call->info.command->option_count);

	for (i = 0; !err && i < command->option_count; i++) {
		raw = find_option(options, command->options[i].name);
		if (raw.len)
			err = slash_option(call, i, data, raw);
		else if (command->options[i].required)
			err = missing(call, i);
	}
	return err;
}

/* SPDX-License-Identifier: MIT
 *
 * The fields of a role in a create or PATCH body: checked, then applied.
 */
#include "sandbox/world_int.h"

/* A role is holographic with these three colours, and only these. */
enum { HOLO_1 = 11127295, HOLO_2 = 16759788, HOLO_3 = 16761760 };

static int is_holo(const cJSON *colors)
{
	return zx__int(colors, "primary_color") == HOLO_1 &&
	       zx__int(colors, "secondary_color") == HOLO_2 &&
	       zx__int(colors, "tertiary_color") == HOLO_3;
}

static void check_colors(struct zx__call *c)
{
	const cJSON *colors = zx__some(c->body, "colors");

	if (!colors)
		return;
	zx__form_required(c, colors, "colors", "primary_color");
	zx__form_int(c, colors, "colors", "primary_color", 0, 0xffffff);
	zx__form_int(c, colors, "colors", "secondary_color", 0, 0xffffff);
	zx__form_int(c, colors, "colors", "tertiary_color", 0, 0xffffff);
	if (zx__some(colors, "tertiary_color") && !is_holo(colors))
		zx__bad(c, "colors", "ROLE_COLORS_INVALID",
			"A tertiary color is for the holographic style only");
}

static void check(struct zx__call *c)
{
	zx__form_str(c, c->body, "", "name", 0, 100);
	zx__form_bits(c, c->body, "", "permissions");
	zx__form_int(c, c->body, "", "color", 0, 0xffffff);
	zx__form_bool(c, c->body, "", "hoist");
	zx__form_bool(c, c->body, "", "mentionable");
	zx__form_str(c, c->body, "", "unicode_emoji", 0, 100);
	if (zx__some(c->body, "icon") &&
	    !zx__image_ok(zx__str(c->body, "icon")))
		zx__bad(c, "icon", "IMAGE_INVALID", "Invalid image data");
	check_colors(c);
}

/* What takes a feature that the server does not have. */
static int boosts_missing(struct zx__call *c)
{
	const cJSON *colors = zx__some(c->body, "colors");
	int icons =
		zx__some(c->body, "icon") || *zx__str(c->body, "unicode_emoji");
	int gradient = zx__some(colors, "secondary_color") ||
		       zx__some(colors, "tertiary_color");

	if ((!icons || zx__guild_has(c->guild, "ROLE_ICONS")) &&
	    (!gradient || zx__guild_has(c->guild, "ENHANCED_ROLE_COLORS")))
		return 0;
	zx__fail(c, 400, 50101,
		 "This server needs more boosts to perform this action");
	return 1;
}

int zx__role_refused(struct zx__call *c)
{
	uint64_t own = zx__perm_base(c->w, c->guild, zx__actor(c->w));

	check(c);
	if (zx__form_failed(c) || boosts_missing(c))
		return 1;
	if (!(own & ZX__P_ADMINISTRATOR) && zx__some(c->body, "permissions") &&
	    (zx__dom_id(c->body, "permissions") & ~own)) {
		zx__no_permission(c);
		return 1;
	}
	return 0;
}

/* `colors` beats `color`, and each shows in the other. */
static void apply_colors(struct zx__call *c, cJSON *role)
{
	const cJSON *colors = zx__some(c->body, "colors");

	if (colors)
		zx__dom_set(role, "colors:o color:i",
			    zx__dom("primary_color:i secondary_color:c "
				    "tertiary_color:c",
				    zx__int(colors, "primary_color"),
				    zx__get(colors, "secondary_color"),
				    zx__get(colors, "tertiary_color")),
			    zx__int(colors, "primary_color"));
	else if (zx__some(c->body, "color"))
		zx__dom_set(role, "color:i colors:o", zx__int(c->body, "color"),
			    zx__dom("primary_color:i secondary_color:n "
				    "tertiary_color:n",
				    zx__int(c->body, "color")));
}

/* An icon and an emoji exclude each other. */
static void apply_icon(struct zx__call *c, cJSON *role)
{
	const cJSON *emoji = zx__get(c->body, "unicode_emoji");

	if (zx__get(c->body, "icon"))
		zx__dom_set(role, "icon:o",
			    zx__image_hash(c->w, zx__get(c->body, "icon")));
	if (emoji)
		zx__dom_set(role, "unicode_emoji:s",
			    *zx__str(c->body, "unicode_emoji")
				    ? zx__str(c->body, "unicode_emoji")
				    : NULL);
	if (zx__some(c->body, "icon"))
		zx__dom_set(role, "unicode_emoji:n");
	else if (zx__some(role, "unicode_emoji") && emoji)
		zx__dom_set(role, "icon:n");
}

void zx__role_apply(struct zx__call *c, cJSON *role)
{
	const char *name = zx__str(c->body, "name");

	if (zx__some(c->body, "name"))
		zx__dom_set(role, "name:s", *name ? name : "new role");
	if (zx__some(c->body, "permissions"))
		zx__dom_set(role, "permissions:U",
			    zx__dom_id(c->body, "permissions"));
	if (zx__some(c->body, "hoist"))
		zx__dom_set(role, "hoist:b", zx__true(c->body, "hoist"));
	if (zx__some(c->body, "mentionable"))
		zx__dom_set(role, "mentionable:b",
			    zx__true(c->body, "mentionable"));
	apply_colors(c, role);
	apply_icon(c, role);
}

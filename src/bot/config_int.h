/* SPDX-License-Identifier: MIT
 *
 * Inside config: one table says which variables there are; the readers of .env,
 * the environment and config.json look names up in it.
 */
#ifndef ZX_CONFIG_INT_H
#define ZX_CONFIG_INT_H

#include "zoryx/config.h"

struct zx__reading {
	struct zx_config *c;
	zx_config_problem *problem;
	void *ud;
	int errors;
	int nomem;
	const char *where; /* of the value at hand, for problems */
};

struct zx__setting {
	const char *env;  /* variable, NULL for config.json only */
	const char *json; /* dotted path in config.json, NULL for none */
	/* Reads the text into the field; says what is wrong itself. */
	void (*read)(struct zx__reading *r, const struct zx__setting *s,
		     struct zx_str text);
	size_t offset;	     /* of the field in struct zx_config */
	uint64_t min, max;   /* of numbers; longest text of strings */
	const char *example; /* a right value */
};

extern const struct zx__setting zx__settings[]; /* ends with read NULL */

const struct zx__setting *zx__setting_env(struct zx_str name);
const struct zx__setting *zx__setting_json(const char *path);
/* The variable whose name is close to a misspelt one, or NULL. */
const char *zx__setting_like(struct zx_str name);

void zx__config_error(struct zx__reading *r, const char *fmt, ...)
	ZX_PRINTF(2, 3);
void zx__config_warn(struct zx__reading *r, const char *fmt, ...)
	ZX_PRINTF(2, 3);
void zx__config_json(struct zx__reading *r, struct zx_str text);

#endif

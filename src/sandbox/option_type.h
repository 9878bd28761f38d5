/* SPDX-License-Identifier: MIT
 *
 * The types of a command's options.
 */
#ifndef ZX_SANDBOX_OPTION_TYPE_H
#define ZX_SANDBOX_OPTION_TYPE_H

enum {
	SUB = 1,
	GROUP,
	STRING,
	INTEGER,
	BOOLEAN,
	USER,
	CHANNEL,
	ROLE,
	MENTIONABLE,
	NUMBER,
	ATTACHMENT
};

#endif

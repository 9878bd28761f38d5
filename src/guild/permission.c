/* SPDX-License-Identifier: MIT
 *
 * Permissions by the names Discord's own client gives them.
 */
#include <stdio.h>

#include "guild/plan_int.h"

static const char *const bits[64] = {
	[0] = "Create Invite",
	[1] = "Kick Members",
	[2] = "Ban Members",
	[3] = "Administrator",
	[4] = "Manage Channels",
	[5] = "Manage Server",
	[6] = "Add Reactions",
	[7] = "View Audit Log",
	[8] = "Priority Speaker",
	[9] = "Video",
	[10] = "View Channels",
	[11] = "Send Messages",
	[12] = "Send Text-to-Speech Messages",
	[13] = "Manage Messages",
	[14] = "Embed Links",
	[15] = "Attach Files",
	[16] = "Read Message History",
	[17] = "Mention Everyone",
	[18] = "Use External Emoji",
	[19] = "View Server Insights",
	[20] = "Connect",
	[21] = "Speak",
	[22] = "Mute Members",
	[23] = "Deafen Members",
	[24] = "Move Members",
	[25] = "Use Voice Activity",
	[26] = "Change Nickname",
	[27] = "Manage Nicknames",
	[28] = "Manage Roles",
	[29] = "Manage Webhooks",
	[30] = "Manage Expressions",
	[31] = "Use Application Commands",
	[32] = "Request to Speak",
	[33] = "Manage Events",
	[34] = "Manage Threads",
	[35] = "Create Public Threads",
	[36] = "Create Private Threads",
	[37] = "Use External Stickers",
	[38] = "Send Messages in Threads",
	[39] = "Use Activities",
	[40] = "Timeout Members",
	[41] = "View Monetization Analytics",
	[42] = "Use Soundboard",
	[43] = "Create Expressions",
	[44] = "Create Events",
	[45] = "Use External Sounds",
	[46] = "Send Voice Messages",
	[48] = "Set Voice Channel Status",
	[49] = "Create Polls",
	[50] = "Use External Apps",
	[51] = "Pin Messages",
	[52] = "Bypass Slowmode",
};

const char *zx_permission_name(unsigned bit)
{
	return bit < 64 ? bits[bit] : NULL;
}

const char *zx__bit_names(uint64_t set, char *buf, size_t size)
{
	size_t at = 0;

	buf[0] = '\0';
	for (unsigned i = 0; i < 64 && at + 1 < size; i++)
		if (set & ZX__BIT(i))
			at += (size_t)snprintf(
				buf + at, size - at, "%s%s", at ? ", " : "",
				bits[i] ? bits[i]
					: "a permission of a newer kind");
	return buf;
}

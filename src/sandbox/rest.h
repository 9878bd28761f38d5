/* SPDX-License-Identifier: MIT
 *
 * The handlers of the route table, one per REST operation.
 */
#ifndef ZX_SANDBOX_REST_H
#define ZX_SANDBOX_REST_H

#include "sandbox/world_int.h"

/* X(name) for each handler `void zx__NAME(struct zx__call *c)` */
#define ZX__HANDLERS(X)                                                        \
	X(get_gateway)                                                         \
	X(get_gateway_bot)                                                     \
	X(get_application)                                                     \
	X(patch_application)                                                   \
	X(get_me)                                                              \
	X(patch_me)                                                            \
	X(get_user)                                                            \
	X(get_my_guilds)                                                       \
	X(get_my_member)                                                       \
	X(leave_guild)                                                         \
	X(create_dm)                                                           \
	X(list_commands)                                                       \
	X(create_command)                                                      \
	X(put_commands)                                                        \
	X(get_command)                                                         \
	X(patch_command)                                                       \
	X(delete_command)                                                      \
	X(list_command_permissions)                                            \
	X(get_command_permissions)                                             \
	X(get_guild)                                                           \
	X(patch_guild)                                                         \
	X(get_widget)                                                          \
	X(patch_widget)                                                        \
	X(get_guild_preview)                                                   \
	X(list_channels)                                                       \
	X(create_channel)                                                      \
	X(move_channels)                                                       \
	X(get_channel)                                                         \
	X(patch_channel)                                                       \
	X(delete_channel)                                                      \
	X(put_overwrite)                                                       \
	X(delete_overwrite)                                                    \
	X(list_roles)                                                          \
	X(get_role)                                                            \
	X(role_member_counts)                                                  \
	X(create_role)                                                         \
	X(move_roles)                                                          \
	X(patch_role)                                                          \
	X(delete_role)                                                         \
	X(list_members)                                                        \
	X(search_members)                                                      \
	X(get_member)                                                          \
	X(patch_member)                                                        \
	X(patch_my_member)                                                     \
	X(kick_member)                                                         \
	X(add_member_role)                                                     \
	X(remove_member_role)                                                  \
	X(list_bans)                                                           \
	X(get_ban)                                                             \
	X(put_ban)                                                             \
	X(delete_ban)                                                          \
	X(bulk_ban)                                                            \
	X(list_emojis)                                                         \
	X(get_emoji)                                                           \
	X(create_emoji)                                                        \
	X(patch_emoji)                                                         \
	X(delete_emoji)                                                        \
	X(list_stickers)                                                       \
	X(get_sticker)                                                         \
	X(create_sticker)                                                      \
	X(delete_sticker)                                                      \
	X(list_messages)                                                       \
	X(get_message)                                                         \
	X(create_message)                                                      \
	X(patch_message)                                                       \
	X(delete_message)                                                      \
	X(bulk_delete)                                                         \
	X(crosspost)                                                           \
	X(put_reaction)                                                        \
	X(delete_own_reaction)                                                 \
	X(delete_user_reaction)                                                \
	X(delete_emoji_reactions)                                              \
	X(delete_reactions)                                                    \
	X(list_reactions)                                                      \
	X(typing)                                                              \
	X(list_pins)                                                           \
	X(list_pins_old)                                                       \
	X(put_pin)                                                             \
	X(delete_pin)                                                          \
	X(thread_from_message)                                                 \
	X(create_thread)                                                       \
	X(active_threads)                                                      \
	X(archived_threads)                                                    \
	X(join_thread)                                                         \
	X(leave_thread)                                                        \
	X(add_thread_member)                                                   \
	X(remove_thread_member)                                                \
	X(list_thread_members)                                                 \
	X(channel_webhooks)                                                    \
	X(guild_webhooks)                                                      \
	X(create_webhook)                                                      \
	X(get_webhook)                                                         \
	X(patch_webhook)                                                       \
	X(delete_webhook)                                                      \
	X(execute_webhook)                                                     \
	X(get_webhook_message)                                                 \
	X(patch_webhook_message)                                               \
	X(delete_webhook_message)                                              \
	X(interaction_callback)                                                \
	X(guild_invites)                                                       \
	X(channel_invites)                                                     \
	X(create_invite)                                                       \
	X(get_invite)                                                          \
	X(delete_invite)                                                       \
	X(list_events)                                                         \
	X(patch_sticker)                                                       \
	X(list_rules)                                                          \
	X(get_rule)                                                            \
	X(create_rule)                                                         \
	X(patch_rule)                                                          \
	X(delete_rule)                                                         \
	X(get_event)                                                           \
	X(event_users)                                                         \
	X(create_event)                                                        \
	X(patch_event)                                                         \
	X(delete_event)                                                        \
	X(get_onboarding)                                                      \
	X(put_onboarding)                                                      \
	X(get_welcome)                                                         \
	X(patch_welcome)                                                       \
	X(list_sounds)                                                         \
	X(get_sound)                                                           \
	X(default_sounds)                                                      \
	X(create_sound)                                                        \
	X(patch_sound)                                                         \
	X(delete_sound)                                                        \
	X(integrations)                                                        \
	X(audit_logs)                                                          \
	X(voice_regions)                                                       \
	X(empty_list)

#define ZX__X(name) void zx__##name(struct zx__call *c);
ZX__HANDLERS(ZX__X)
#undef ZX__X

#endif

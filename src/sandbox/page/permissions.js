// SPDX-License-Identifier: MIT
// Permission bits by name, and what a role or an overwrite does with them.

export const PERMISSIONS = [
  [0, 'Create Invite'], [1, 'Kick Members'], [2, 'Ban Members'], [3, 'Administrator'],
  [4, 'Manage Channels'], [5, 'Manage Server'], [6, 'Add Reactions'], [7, 'View Audit Log'],
  [8, 'Priority Speaker'], [9, 'Video'], [10, 'View Channels'], [11, 'Send Messages'],
  [12, 'Send TTS Messages'], [13, 'Manage Messages'], [14, 'Embed Links'], [15, 'Attach Files'],
  [16, 'Read Message History'], [17, 'Mention Everyone'], [18, 'Use External Emoji'],
  [19, 'View Server Insights'], [20, 'Connect'], [21, 'Speak'], [22, 'Mute Members'],
  [23, 'Deafen Members'], [24, 'Move Members'], [25, 'Use Voice Activity'],
  [26, 'Change Nickname'], [27, 'Manage Nicknames'], [28, 'Manage Roles'],
  [29, 'Manage Webhooks'], [30, 'Manage Expressions'], [31, 'Use Application Commands'],
  [32, 'Request to Speak'], [33, 'Manage Events'], [34, 'Manage Threads'],
  [35, 'Create Public Threads'], [36, 'Create Private Threads'], [37, 'Use External Stickers'],
  [38, 'Send Messages in Threads'], [39, 'Use Activities'], [40, 'Time Out Members'],
  [41, 'View Monetization Analytics'], [42, 'Use Soundboard'], [43, 'Create Expressions'],
  [44, 'Create Events'], [45, 'Use External Sounds'], [46, 'Send Voice Messages'],
  [49, 'Create Polls'], [50, 'Use External Apps'], [51, 'Pin Messages'], [52, 'Bypass Slowmode'],
];

const VIEW_CHANNEL = 1n << 10n;

/** Permissions travel as strings, and old ones as numbers. */
export function bits(value) {
  try {
    return BigInt(value ?? 0);
  } catch {
    return 0n;
  }
}

export function permissionNames(value) {
  const set = bits(value);
  const named = PERMISSIONS.filter(([bit]) => set >> BigInt(bit) & 1n).map(([, name]) => name);
  let rest = set;
  for (const [bit] of PERMISSIONS) rest &= ~(1n << BigInt(bit));
  for (let i = 0n; rest >> i; i++) if (rest >> i & 1n) named.push(`Bit ${i}`);
  return named;
}

/** @everyone may not see it: the channel has a lock. */
export function isPrivate(guild, channel) {
  const overwrite = (channel.permission_overwrites ?? []).find((o) => o.id === guild?.id);
  return Boolean(overwrite && bits(overwrite.deny) & VIEW_CHANNEL);
}

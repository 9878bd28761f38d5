// SPDX-License-Identifier: MIT
// Icons drawn as strokes on a 24 by 24 grid, and generated avatars.

import { svg } from './dom.js';
import { hueOf, initials } from './util.js';

const PATHS = {
  hash: 'M4 9h17 M3 15h17 M10 3 7 21 M17 3l-3 18',
  megaphone: 'M3 10v4h4l9 5V5l-9 5H3z M7 14l1.5 6H11l-1.2-5 M19.5 9.5a4 4 0 0 1 0 5',
  speaker: 'M4 9v6h4l5 4V5L8 9H4z M16.5 9a4.2 4.2 0 0 1 0 6 M19 6.5a8 8 0 0 1 0 11',
  stage: 'M12 13.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z M12 14v6 M9 20h6 M7.5 14.5a6 6 0 1 1 9 0 M5 17.5a10 10 0 1 1 14 0',
  forum: 'M4 4h12v8H9l-4 3.5V12H4z M19.5 8.5V16H19v3.5L15 16H9.5',
  thread: 'M5 4v8a3 3 0 0 0 3 3h11 M15 11l4 4-4 4',
  lock: 'M6 11h12v9H6z M8.5 11V8a3.5 3.5 0 0 1 7 0v3',
  chevron: 'm6 9 6 6 6-6',
  left: 'm15 5-7 7 7 7',
  right: 'm9 5 7 7-7 7',
  members: 'M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7z M2.5 20a6.5 6.5 0 0 1 13 0 M16 4.4a3.5 3.5 0 0 1 0 6.2 M18 14.2a6.5 6.5 0 0 1 3.5 5.8',
  traffic: 'M3 12h4l3-8 4 16 3-8h4',
  bolt: 'M13 2 4 14h7l-1 8 9-12h-7z',
  shield: 'M12 3 4.5 6v5.5c0 4.5 3 8 7.5 9.5 4.5-1.5 7.5-5 7.5-9.5V6z',
  menu: 'M4 6h16 M4 12h16 M4 18h16',
  close: 'M6 6l12 12 M18 6 6 18',
  plus: 'M12 5v14 M5 12h14',
  reply: 'M9 6 4 11l5 5 M4 11h9a7 7 0 0 1 7 7v1',
  download: 'M12 4v11 M7 11l5 5 5-5 M5 20h14',
  file: 'M6 3h8l5 5v13H6z M14 3v5h5',
  at: 'M16 12a4 4 0 1 1-8 0 4 4 0 0 1 8 0z M16 8v5a2.5 2.5 0 0 0 5 0v-1a9 9 0 1 0-4 7.5',
  eye: 'M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12z M12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6z',
  pause: 'M8 5v14 M16 5v14',
  play: 'M7 4.5v15l12-7.5z',
  trash: 'M4 7h16 M9 7V4h6v3 M6 7l1 13h10l1-13',
  copy: 'M9 9h11v11H9z M5 15H4V4h11v1',
  external: 'M14 4h6v6 M20 4l-9 9 M18 14v6H4V6h6',
  check: 'm5 12.5 4.5 4.5L19 7.5',
  refresh: 'M20 11a8 8 0 1 0-2 6 M20 4v7h-7',
  image: 'M4 5h16v14H4z M4 16l5-5 4 4 3-3 4 4 M15 9.5h.01',
  apps: 'M5 5h5v5H5z M14 5h5v5h-5z M5 14h5v5H5z M14 14h5v5h-5z',
  smile: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z M8.500 14.500a4.500 4.500 0 0 0 7 0 M9 9.500h.01 M15 9.500h.01',
  pen: 'M4 20l1-5L16 4l4 4L9 19z M13.500 6.500l4 4',
  slash: 'M15 4 9 20',
  home: 'M4 5h16v11H11l-5 4v-4H4z M8.5 10.5h.01 M12 10.5h.01 M15.5 10.5h.01',
  info: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z M12 11v5 M12 8h.01',
  poll: 'M5 20V10 M12 20V4 M19 20v-7',
  arrowIn: 'M19 12H5 M11 6l-6 6 6 6',
  arrowOut: 'M5 12h14 M13 6l6 6-6 6',
};

export function icon(name, { size = 20, cls = '' } = {}) {
  return svg('svg', {
    class: `icon ${cls}`.trim(), width: size, height: size, viewBox: '0 0 24 24',
    'aria-hidden': 'true', focusable: 'false',
  }, svg('path', { d: PATHS[name] ?? PATHS.hash }));
}

const CHANNEL_ICONS = {
  0: 'hash', 1: 'at', 2: 'speaker', 5: 'megaphone', 10: 'thread', 11: 'thread',
  12: 'thread', 13: 'stage', 15: 'forum', 16: 'forum',
};
const CHANNEL_KINDS = {
  0: 'text channel', 1: 'direct message', 2: 'voice channel', 4: 'category',
  5: 'announcement channel', 10: 'thread', 11: 'thread', 12: 'private thread',
  13: 'stage channel', 15: 'forum', 16: 'media channel',
};

export function channelKind(type) {
  return CHANNEL_KINDS[type] ?? 'channel';
}

export function channelIcon(channel, { locked = false, size = 20 } = {}) {
  const el = icon(CHANNEL_ICONS[channel.type] ?? 'hash', { size, cls: 'channel-icon' });
  if (!locked) return el;
  el.classList.add('locked');
  el.append(
    svg('circle', { class: 'lock-hole', cx: 18.5, cy: 6, r: 6.5 }),
    svg('path', { class: 'lock-body', d: 'M15 6h7v5h-7z' }),
    svg('path', { class: 'lock-shackle', d: 'M16.5 6V4.500a2 2 0 0 1 4 0V6' }),
  );
  return el;
}

function botFace() {
  return svg('g', { fill: 'none', stroke: '#fff', 'stroke-width': 3, 'stroke-linecap': 'round', 'stroke-linejoin': 'round' },
    svg('path', { d: 'M10.500 11.500h19L10.500 28.500h19' }));
}

/** A round picture for a user: the bot's mark, or initials on a stable colour. */
export function avatar(user, { size = 40, cls = '', bot = Boolean(user?.bot) } = {}) {
  const id = user?.id ?? '0';
  const hue = hueOf(id);
  const name = user?.global_name ?? user?.username ?? '?';
  const text = initials(name, name.includes(' ') ? 2 : 1);
  const fill = bot ? '#5865f2' : `hsl(${hue} 42% 42%)`;
  return svg('svg', {
    class: `avatar ${cls}`.trim(), width: size, height: size, viewBox: '0 0 40 40',
    'aria-hidden': 'true', focusable: 'false',
  },
  svg('circle', { cx: 20, cy: 20, r: 20, fill }),
  bot ? botFace() : svg('text', {
    x: 20, y: 20.5, 'text-anchor': 'middle', 'dominant-baseline': 'central',
    'font-size': text.length > 1 ? 15 : 18, 'font-weight': 600, fill: '#fff',
  }, text));
}

/** An avatar with its presence dot. */
export function avatarWithStatus(user, status, { size = 32 } = {}) {
  const box = document.createElement('span');
  box.className = 'avatar-box';
  const dot = document.createElement('span');
  dot.className = `status-dot status-${statusClass(status)}`;
  box.append(avatar(user, { size }), dot);
  return box;
}

export function statusClass(status) {
  return ['online', 'idle', 'dnd'].includes(status) ? status : 'offline';
}

export const STATUS_NAMES = {
  online: 'Online', idle: 'Idle', dnd: 'Do not disturb', offline: 'Offline',
};

// SPDX-License-Identifier: MIT
// Embeds, attachments and pictures.

import { h, link, ownUrl, safeUrl, button } from './dom.js';
import { icon } from './icons.js';
import { rich, richInline } from './richtext.js';
import { messageStamp } from './time.js';
import { formatBytes, hexColor } from './util.js';

const MAX_WIDTH = 480, MAX_HEIGHT = 300;

/** "attachment://x.png" names a file of the same message. */
export function resolveUrl(url, attachments = []) {
  const m = /^attachment:\/\/(.+)$/.exec(url ?? '');
  if (!m) return url;
  return attachments.find((a) => a.filename === m[1])?.url ?? null;
}

function hostOf(url) {
  try {
    return new URL(url).host;
  } catch {
    return 'nowhere';
  }
}

/** The size at which it is shown is known before it has loaded. */
function fit({ width, height }) {
  if (!(width > 0 && height > 0)) return {};
  const scale = Math.min(1, MAX_WIDTH / width, MAX_HEIGHT / height);
  return { width: `${Math.round(width * scale)}px`, 'aspect-ratio': `${width} / ${height}` };
}

/** A picture of the sandbox itself; others are named, for nothing is loaded
 *  from outside. */
export function picture(ctx, media, { cls = '', alt = '', attachments = [] } = {}) {
  const url = resolveUrl(media?.url, attachments);
  const src = ownUrl(url);
  const text = media?.description || alt || 'Picture';
  if (src) {
    const img = h('img', { src, alt: text, loading: 'lazy', decoding: 'async', style: fit(media) });
    const box = button({
      class: `picture ${cls}`, 'aria-label': `Open: ${text}`, testid: 'image',
      on: { click: () => ctx.actions.openImage(src, text) },
    }, img);
    img.addEventListener('error', () => box.replaceWith(noPicture(url, cls, 'cannot be shown')), { once: true });
    return box;
  }
  return noPicture(url, cls, 'is not loaded');
}

function noPicture(url, cls, why) {
  const place = safeUrl(url) ? hostOf(url) : 'an address that is no link';
  return h('span', {
    class: `picture no-picture ${cls}`, title: `${url ?? ''}\nThe picture ${why}.`, testid: 'image',
  }, icon('image', { size: 20 }), h('span', null, h('span', { class: 'sr-only' }, 'Picture at '), link(url, place)));
}

function smallIcon(url, cls, attachments) {
  const src = ownUrl(resolveUrl(url, attachments));
  if (src) return h('img', { class: cls, src, alt: '', width: 24, height: 24 });
  return url ? h('span', { class: `${cls} no-icon`, title: url }, icon('image', { size: 14 })) : null;
}

function author(embed, attachments) {
  const a = embed.author;
  if (!a?.name) return null;
  return h('div', { class: 'embed-author', testid: 'embed-author' },
    smallIcon(a.icon_url, 'embed-icon', attachments),
    a.url ? link(a.url, a.name) : h('span', null, a.name));
}

/** Rows of up to three inline fields; others have a row of their own. */
export function fieldRows(fields) {
  const rows = [];
  for (const f of fields) {
    const last = rows.at(-1);
    if (f.inline && last?.inline && last.fields.length < 3) last.fields.push(f);
    else rows.push({ inline: Boolean(f.inline), fields: [f] });
  }
  return rows;
}

function fields(ctx, embed) {
  if (!embed.fields?.length) return null;
  return h('div', { class: 'embed-fields' }, fieldRows(embed.fields).map((row) =>
    row.fields.map((f) => h('div', {
      class: `embed-field span-${12 / row.fields.length}`, testid: 'embed-field',
    },
    h('div', { class: 'embed-field-name md' }, richInline(ctx, f.name)),
    h('div', { class: 'embed-field-value md' }, rich(ctx, f.value))))));
}

function footer(embed, attachments) {
  const stamp = embed.timestamp ? Date.parse(embed.timestamp) : NaN;
  if (!embed.footer?.text && Number.isNaN(stamp)) return null;
  const time = Number.isNaN(stamp) ? null
    : h('time', { datetime: embed.timestamp }, messageStamp(stamp));
  return h('div', { class: 'embed-footer', testid: 'embed-footer' },
    smallIcon(embed.footer?.icon_url, 'embed-icon small', attachments),
    h('span', null, embed.footer?.text ?? '', embed.footer?.text && time ? ' • ' : '', time));
}

export function embed(ctx, e, attachments = []) {
  const color = hexColor(e.color);
  const title = e.title && h('div', {
    class: 'embed-title md', testid: 'embed-title', role: 'heading', 'aria-level': 4,
  }, e.url ? link(e.url, richInline(ctx, e.title)) : richInline(ctx, e.title));
  return h('article', {
    class: `embed${e.thumbnail ? ' with-thumbnail' : ''}`, testid: 'embed',
    style: color ? { '--bar': color } : {}, 'aria-label': 'Embed',
  },
  h('div', { class: 'embed-main' },
    e.provider?.name && h('div', { class: 'embed-provider' }, e.provider.name),
    author(e, attachments), title,
    e.description && h('div', { class: 'embed-description md', testid: 'embed-description' },
      rich(ctx, e.description)),
    fields(ctx, e)),
  e.thumbnail && picture(ctx, e.thumbnail, { cls: 'embed-thumbnail', alt: 'Thumbnail', attachments }),
  e.image && picture(ctx, e.image, { cls: 'embed-image', attachments }),
  footer(e, attachments));
}

function fileCard(a) {
  const href = ownUrl(a.url);
  const name = a.title ?? a.filename ?? 'file';
  return h('div', { class: 'file-card', testid: 'attachment' },
    h('span', { class: 'file-icon' }, icon('file', { size: 30 })),
    h('span', { class: 'file-text' },
      href ? h('a', { href, download: a.filename, class: 'file-name' }, name)
        : h('span', { class: 'file-name' }, name),
      h('span', { class: 'muted small' }, formatBytes(a.size))),
    href && h('a', {
      class: 'icon-button', href, download: a.filename, title: 'Download',
      'aria-label': `Download ${name}`, testid: 'download',
    }, icon('download', { size: 20 })));
}

export function attachment(ctx, a) {
  const isImage = /^image\/(png|jpe?g|gif|webp|avif|svg\+xml)/.test(a.content_type ?? '') ||
    (!a.content_type && /\.(png|jpe?g|gif|webp|avif)$/i.test(a.filename ?? ''));
  if (!isImage || !ownUrl(a.url)) return fileCard(a);
  const img = picture(ctx, a, { cls: 'attached-image', alt: a.filename });
  const wrap = h('div', { class: 'attachment', testid: 'attachment' }, img,
    h('a', { class: 'muted small', href: ownUrl(a.url), download: a.filename, testid: 'download' },
      `${a.filename} (${formatBytes(a.size)})`));
  return /^SPOILER_/.test(a.filename ?? '') ? covered(wrap, 'spoiler') : wrap;
}

/** Content behind a "Spoiler" cover until it is pressed. */
export function covered(content) {
  const cover = button({
    class: 'cover', on: { click: () => box.classList.add('revealed') },
  }, 'SPOILER');
  const box = h('div', { class: 'covered', testid: 'spoiler' }, content, cover);
  return box;
}

export { fileCard };

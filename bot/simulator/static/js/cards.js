/** Bubbles that are not text: stickers, pictures, sound, files, places, image maps. */

import { perform } from './actions.js';
import { openAddress } from './addresses.js';
import { contentAddress, localAddress } from './api.js';
import { ask } from './dialogs.js';
import { h, icon, style } from './dom.js';
import { t } from './texts.js';
import { actionName, stickerKeywords, stickerWords } from './wording.js';

/** A sticker as its keywords: the drawings belong to others. @param {any} message */
export function stickerCard(message) {
  return h(
    'div',
    { class: 'sticker', role: 'img', 'aria-label': `${t('messages.sticker')} ${stickerWords(message)}` },
    icon('sticker'),
    h('span', {}, ...stickerKeywords(message).map((word) => h('span', { text: `${word} ` }))),
  );
}

/** Where the bytes of a message lie. @param {any} message @param {string} id @param {File|null} file @param {string} property */
function addressOf(message, id, file, property) {
  if (file) return URL.createObjectURL(file);
  const isSentByBot = message.originalContentUrl && message.contentProvider?.type !== 'line';
  return isSentByBot ? localAddress(message[property] ?? message.originalContentUrl) : contentAddress(id);
}

/**
 * A picture, or where it lies when it is on a server that this page may not show.
 * @param {string|null} address @param {string} original @param {string} alternative
 */
export function picture(address, original, alternative) {
  const missing = () =>
    h('div', { class: 'outside-image' }, icon('photo'), h('span', { text: t('messages.outside_image') }), h('small', { text: original }));
  if (!address) return missing();
  const image = h('img', { src: address, alt: alternative, loading: 'lazy', decoding: 'async' });
  image.addEventListener('error', () => image.replaceWith(missing()));
  return image;
}

/** @param {any} message @param {string} id @param {File|null} file */
export function imageCard(message, id, file) {
  const show = () =>
    ask({
      heading: t('messages.image'),
      body: [
        h(
          'div',
          { class: 'large-image' },
          picture(addressOf(message, id, file, 'originalContentUrl'), message.originalContentUrl, t('messages.image')),
        ),
      ],
    });
  const small = picture(addressOf(message, id, file, 'previewImageUrl'), message.previewImageUrl ?? '', t('messages.image'));
  return h('button', { type: 'button', class: 'image-card', 'aria-label': t('messages.open_image'), on: { click: show } }, small);
}

/** @param {any} message @param {string} id @param {File|null} file */
export function videoCard(message, id, file) {
  const source = addressOf(message, id, file, 'originalContentUrl');
  const poster = localAddress(message.previewImageUrl);
  if (!source) return picture(poster, message.originalContentUrl, t('messages.video'));
  return h('video', { class: 'video-card', controls: true, preload: 'metadata', src: source, poster, 'aria-label': t('messages.video') });
}

/** @param {any} message @param {string} id @param {File|null} file */
export function audioCard(message, id, file) {
  const source = addressOf(message, id, file, 'originalContentUrl');
  const length = message.duration ? t('messages.seconds', { seconds: Math.round(message.duration / 1000) }) : '';
  return h(
    'div',
    { class: 'audio-card' },
    icon('audio'),
    h('span', { text: length }),
    h('audio', { controls: true, preload: 'none', src: source, 'aria-label': t('messages.audio') }),
  );
}

/** @param {any} message @param {string} id @param {File|null} file */
export function fileCard(message, id, file) {
  const size = message.fileSize ? t('messages.kilobytes', { size: Math.max(1, Math.round(message.fileSize / 1024)) }) : '';
  const parts = [icon('file'), h('span', {}, h('b', { text: message.fileName ?? t('messages.file') }), h('small', { text: size }))];
  return file
    ? h('div', { class: 'file-card' }, ...parts)
    : h('a', { class: 'file-card', href: contentAddress(id), download: message.fileName ?? '' }, ...parts);
}

/** @param {any} message */
export function locationCard(message) {
  const coordinates = t('messages.coordinates', { latitude: message.latitude.toFixed(4), longitude: message.longitude.toFixed(4) });
  return h(
    'div',
    { class: 'location-card' },
    h('div', { class: 'map', 'aria-hidden': 'true' }, mapDrawing(message), icon('place')),
    h(
      'div',
      { class: 'location-text' },
      h('b', { text: message.title || t('messages.location') }),
      message.address && h('span', { text: message.address }),
      h('small', { text: coordinates }),
    ),
  );
}

/** Streets drawn from the coordinates: the same place always looks the same, and nothing claims to be a real map. @param {any} place */
function mapDrawing({ latitude, longitude }) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 240 110');
  svg.setAttribute('preserveAspectRatio', 'xMidYMid slice');
  const shift = (/** @type {number} */ value, /** @type {number} */ width) => Math.abs(Math.round(value * 10000)) % width;
  const [x, y] = [shift(longitude, 60), shift(latitude, 40)];
  const streets = [
    `M0 ${20 + y}L240 ${35 + y / 2}`,
    `M0 ${90 - y / 2}L240 ${75 - y / 3}`,
    `M${30 + x} 0L${50 + x} 110`,
    `M${150 + x} 0L${130 + x} 110`,
    `M0 110L${90 + x} 0`,
  ];
  streets.forEach((path, place) => {
    const line = document.createElementNS('http://www.w3.org/2000/svg', 'path');
    line.setAttribute('d', path);
    line.setAttribute('class', place < 2 ? 'street wide' : 'street');
    svg.append(line);
  });
  return svg;
}

/** @param {any} message of type imagemap */
export function imagemapCard(message) {
  const { width, height } = message.baseSize;
  const local = localAddress(message.baseUrl);
  const card = h(
    'div',
    { class: 'imagemap', role: 'group', 'aria-label': message.altText },
    picture(local && `${local}/700`, `${message.baseUrl}/700`, message.altText),
    message.video && imagemapVideo(message.video, width, height),
    ...(message.actions ?? []).map((/** @type {any} */ action, /** @type {number} */ place) => {
      const name = actionName(action, t('rich_menu.area', { number: place + 1 }));
      return areaButton(action.area, width, height, name, () => performImagemap(action));
    }),
  );
  style(card, { 'aspect-ratio': `${width} / ${height}` });
  return card;
}

/** @param {any} video @param {number} width @param {number} height */
function imagemapVideo(video, width, height) {
  const player = h('video', {
    controls: true,
    preload: 'none',
    src: localAddress(video.originalContentUrl),
    poster: localAddress(video.previewImageUrl),
    class: 'area',
  });
  style(player, inside(video.area, width, height));
  return player;
}

/** @param {any} action of an image map, whose names differ from those of other actions */
function performImagemap(action) {
  return action.type === 'uri' ? openAddress(action.linkUri) : perform(action);
}

/**
 * A tappable part of a picture.
 * @param {{x: number, y: number, width: number, height: number}} area @param {number} width @param {number} height
 * @param {string} name @param {() => void} onClick
 */
export function areaButton(area, width, height, name, onClick) {
  return h('button', {
    type: 'button',
    class: 'area',
    'aria-label': name,
    title: name,
    on: { click: onClick },
    style: inside(area, width, height),
  });
}

/** @param {{x: number, y: number, width: number, height: number}} area @param {number} width @param {number} height */
function inside(area, width, height) {
  const share = (/** @type {number} */ part, /** @type {number} */ whole) => `${(part / whole) * 100}%`;
  return { left: share(area.x, width), top: share(area.y, height), width: share(area.width, width), height: share(area.height, height) };
}

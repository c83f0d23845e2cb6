/** The sizes behind LINE's keywords, and the checks before a value of a message becomes a style. */

export const GAPS = { none: '0px', xs: '2px', sm: '4px', md: '8px', lg: '12px', xl: '16px', xxl: '20px' };
export const BORDERS = { none: '0px', light: '0.5px', normal: '1px', medium: '2px', 'semi-bold': '3px', bold: '4px' };
export const FONTS = {
  xxs: '11px',
  xs: '13px',
  sm: '14px',
  md: '16px',
  lg: '19px',
  xl: '22px',
  xxl: '29px',
  '3xl': '35px',
  '4xl': '48px',
  '5xl': '74px',
};
export const IMAGES = {
  xxs: '40px',
  xs: '60px',
  sm: '80px',
  md: '100px',
  lg: '120px',
  xl: '140px',
  xxl: '160px',
  '3xl': '180px',
  '4xl': '200px',
  '5xl': '220px',
  full: '100%',
};
export const BUBBLES = { nano: '120px', micro: '160px', deca: '220px', hecto: '241px', kilo: '260px', mega: '300px', giga: '500px' };

/** Padding of header, body and footer where the message gives none: all sides, or vertical and horizontal. */
const SMALL = { header: '10px', body: '10px', footer: '10px' };
const MIDDLE = { header: '13px', body: '13px', footer: '10px' };
const LARGE = { header: '20px', body: '20px', footer: '10px' };
export const PADDINGS = { nano: SMALL, micro: SMALL, deca: MIDDLE, hecto: MIDDLE, kilo: MIDDLE, mega: LARGE, giga: LARGE };

/**
 * A keyword's size, or the value itself when it is in pixels or per cent.
 * @param {string|undefined} value @param {Record<string, string>} keywords
 */
export function size(value, keywords) {
  if (value === undefined || value === null) return '';
  return keywords[value] ?? (/^\d+(\.\d+)?(px|%)$/.test(value) ? value : '');
}

/** An offset may be negative. @param {string|undefined} value */
export function offset(value) {
  return value && /^-\d+(\.\d+)?(px|%)$/.test(value) ? value : size(value, GAPS);
}

/** @param {string|undefined} value */
export const colour = (value) => (value && /^#([0-9a-f]{6}|[0-9a-f]{8})$/i.test(value) ? value : '');

/** An aspect ratio `w:h` as CSS wants it. @param {string|undefined} value @param {string} [fallback] */
export function ratio(value, fallback = '1 / 1') {
  const parts = /^(\d+(?:\.\d+)?):(\d+(?:\.\d+)?)$/.exec(value ?? '');
  return parts ? `${parts[1]} / ${parts[2]}` : fallback;
}

/** @param {any} background */
export function gradient(background) {
  if (background?.type !== 'linearGradient' || !/^\d+(\.\d+)?deg$/.test(background.angle)) return '';
  const middle = colour(background.centerColor) && `, ${background.centerColor} ${size(background.centerPosition, {}) || '50%'}`;
  return `linear-gradient(${background.angle}, ${colour(background.startColor)}${middle}, ${colour(background.endColor)})`;
}

/** Whether black or white is read better on a colour. */

const HEX = /^#(?:[0-9a-f]{3}|[0-9a-f]{6})$/i;

/** @returns the colour of text on it; null where it is no colour such as #0b5 or #00bb55. */
export function textOn(colour: string): string | null {
  if (!HEX.test(colour)) return null;
  const digits = colour.slice(1);
  const full = digits.length === 3 ? [...digits].map((digit) => digit + digit).join("") : digits;
  const [r = 0, g = 0, b = 0] = [0, 2, 4].map((at) => {
    const part = parseInt(full.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  const light = 0.2126 * r + 0.7152 * g + 0.0722 * b;
  return 1.05 / (light + 0.05) >= (light + 0.05) / 0.05 ? "#fff" : "#000";
}

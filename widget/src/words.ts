/** Text in which a telephone number can be called, and is not broken over lines. */

import { html, type TemplateResult } from "lit";

const NUMBER = /^[\d-]+$/;

/** @param phone as it stands in the text. */
export function words(text: string, phone: string): string | (string | TemplateResult)[] {
  if (!NUMBER.test(phone)) return text;
  const link = html`<a href="tel:+1${phone.replace(/-/g, "")}">${phone}</a>`;
  return text.split(phone).flatMap((part, place) => (place ? [link, part] : [part]));
}

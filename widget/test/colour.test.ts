import assert from "node:assert/strict";
import { test } from "node:test";
import { textOn } from "../src/colour.js";

for (const [colour, text] of [
  ["#1f4e79", "#fff"],
  ["#000", "#fff"],
  ["#FFD500", "#000"],
  ["#fff", "#000"],
  ["#777777", "#000"],
  ["#757575", "#fff"],
] as const) {
  test(`text on ${colour} is ${text}`, () => assert.equal(textOn(colour), text));
}

for (const colour of ["red", "#12345", "#12", "1f4e79", "#1f4e79; background: url(x)", ""]) {
  test(`${JSON.stringify(colour)} is no colour`, () => assert.equal(textOn(colour), null));
}

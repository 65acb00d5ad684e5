import assert from "node:assert/strict";
import { test } from "node:test";
import { Memory } from "../src/memory.js";
import { storage } from "./server.js";

test("what is set is kept for the same advisor, and not for another", () => {
  const area = storage();
  new Memory("https://a", () => area).set("draft", "hello");

  assert.equal(new Memory("https://a", () => area).get("draft"), "hello");
  assert.equal(new Memory("https://b", () => area).get("draft"), null);
});

test("null forgets", () => {
  const area = storage();
  const memory = new Memory("a", () => area);
  memory.set("draft", "hello");
  memory.set("draft", null);

  assert.equal(memory.get("draft"), null);
  assert.equal(area.length, 0);
});

test("a browser that keeps nothing is remembered for", () => {
  const memory = new Memory("a", () => {
    throw new Error("SecurityError");
  });
  memory.set("draft", "hello");
  assert.equal(memory.get("draft"), "hello");

  memory.set("draft", null);
  assert.equal(memory.get("draft"), null);
});

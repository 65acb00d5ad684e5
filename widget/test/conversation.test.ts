import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Client } from "../src/client.js";
import { Conversation } from "../src/conversation.js";
import { Memory } from "../src/memory.js";
import { FakeServer, later, online, refusal, storage } from "./server.js";

let server: FakeServer;
let area: Storage;
let talk: Conversation;

function newTalk(): Conversation {
  const memory = new Memory("a", () => area);
  return new Conversation(new Client("https://advisor.test", memory), memory, () => undefined);
}

function said(): string[] {
  return talk.entries.map(({ from, text }) => `${from}: ${text}`);
}

beforeEach(() => {
  area = storage();
  online(true);
  server = new FakeServer();
  talk = newTalk();
});

test("a question is followed by its answer", async () => {
  await talk.send("  one ");
  assert.deepEqual(said(), ["user: one", "advisor: You said one"]);
});

test("blank texts are not sent, nor a second one while the first is under way", async () => {
  await talk.send(" \n ");
  const first = talk.send("one");
  await talk.send("two");
  await first;

  assert.deepEqual(said(), ["user: one", "advisor: You said one"]);
  assert.equal(server.to("messages").length, 1);
});

test("what failed is sent again under the same id, and its answer stands behind it", async () => {
  const answer = server.answers["POST messages"]!;
  server.answers["POST messages"] = () => refusal(503);
  await talk.send("one");
  const failed = talk.failedEntry;
  assert.equal(failed?.failed, "Refused.");

  server.answers["POST messages"] = answer;
  await talk.send("two");
  await talk.retry(failed!);

  assert.deepEqual(said(), [
    "user: one",
    "advisor: You said one",
    "user: two",
    "advisor: You said two",
  ]);
  const ids = server.to("messages").map(({ body }) => body["message_id"]);
  assert.equal(ids[0], ids[2]);
});

test("a message under way when the page was left can be sent again under its id", async () => {
  server.answers["POST messages"] = () => refusal(503);
  await talk.send("one");
  const id = server.to("messages")[0]?.body["message_id"];

  talk = newTalk();
  await talk.resume();

  assert.deepEqual(said(), ["user: one"]);
  assert.equal(talk.failedEntry?.messageId, id);
});

test("a message that was answered after all is not offered again", async () => {
  server.answers["POST messages"] = () => refusal(503);
  await talk.send("one");
  const id = String(server.to("messages")[0]?.body["message_id"]);
  server.answers["GET history"] = () => ({
    messages: [
      { from: "user", text: "one", at: 1, message_id: id, data: null },
      { from: "advisor", text: "1", at: 2, message_id: id, reply: 0, data: null },
    ],
  });

  talk = newTalk();
  await talk.resume();

  assert.deepEqual(said(), ["user: one", "advisor: 1"]);
  assert.equal(talk.failedEntry, undefined);
});

test("what is said before the history comes stands behind it", async () => {
  await talk.send("one");
  talk = newTalk();
  const history = later<unknown>();
  server.answers["GET history"] = () => history.promise;

  const resuming = talk.resume();
  await talk.send("two");
  history.come({ messages: [{ from: "user", text: "one", at: 1, message_id: "m", data: null }] });
  await resuming;

  assert.deepEqual(said(), ["user: one", "user: two", "advisor: You said two"]);
});

test("an answer that was lost on the way is shown once, whatever the history holds", async () => {
  await talk.send("one");
  talk = newTalk();
  server.answers["GET history"] = () => refusal(503);
  await talk.resume();
  const answer = server.answers["POST messages"]!;
  server.answers["POST messages"] = () => refusal(503);
  await talk.send("two");
  const id = talk.failedEntry!.messageId;
  server.answers["POST messages"] = answer;
  server.answers["GET history"] = () => ({
    messages: [
      { from: "user", text: "two", at: 1, message_id: id, data: null },
      { from: "advisor", text: "2", at: 2, message_id: id, reply: 0, data: null },
    ],
  });

  await talk.retry(talk.failedEntry!);

  assert.deepEqual(said(), ["user: two", "advisor: You said two"]);
  assert.equal(talk.failedEntry, undefined);
});

test("an answer to what was said before starting again is dropped", async () => {
  const answer = later<unknown>();
  const asked = later<void>();
  server.answers["POST messages"] = () => (asked.come(), answer.promise);
  const sending = talk.send("one");
  await asked.promise;

  talk.reset();
  answer.come({ replies: [{ text: "late", data: null }] });
  await sending;

  assert.deepEqual(said(), []);
  assert.equal(talk.waiting, false);
  assert.deepEqual(talk.client.earlier, ["session-1"]);
});

test("a session that is issued after starting again is not used", async () => {
  const session = later<unknown>();
  server.answers["POST sessions"] = () => session.promise;
  const sending = talk.send("one");

  talk.reset();
  session.come({ session: "too late" });
  await sending;

  assert.equal(talk.client.session, null);
  assert.equal(server.to("messages").length, 0);
});

test("deleting waits for the message under way, which would be stored after all", async () => {
  const answer = later<unknown>();
  server.answers["POST messages"] = () => answer.promise;
  const sending = talk.send("one");
  const deleting = talk.delete();
  answer.come({ replies: [] });

  assert.equal(await deleting, true);
  await sending;

  assert.deepEqual(
    server.asked.map(({ method, path }) => `${method} ${path}`),
    ["POST sessions", "POST messages", "DELETE session"],
  );
});

test("an ended session is replaced once, said, and kept for deleting", async () => {
  await talk.send("one");
  const answer = server.answers["POST messages"]!;
  let refused = 0;
  server.answers["POST messages"] = (body) => ((refused += 1) === 1 ? refusal(401) : answer(body));

  await talk.send("two");

  assert.match(talk.notice, /session has ended/);
  assert.equal(said().at(-1), "advisor: You said two");
  assert.equal(talk.client.session, "session-2");
  assert.deepEqual(talk.client.earlier, ["session-1"]);
});

test("a thumb that could not be stored is taken back and said", async () => {
  await talk.send("one");
  server.answers["POST feedback"] = () => refusal(503);

  const answer = talk.entries[1]!;
  await talk.rate(answer, "up");

  assert.equal(answer.thumb, undefined);
  assert.equal(talk.notice, "Refused.");
});

test("thumbs arrive in the order in which they were given", async () => {
  await talk.send("one");
  const first = later<Response>();
  const helpful: unknown[] = [];
  server.answers["POST feedback"] = (body) => {
    helpful.push(body["helpful"]);
    return helpful.length === 1 ? first.promise : new Response(null, { status: 204 });
  };

  const rated = [talk.rate(talk.entries[1]!, "up"), talk.rate(talk.entries[1]!, "down")];
  await new Promise(setImmediate);
  assert.deepEqual(helpful, [true]);
  first.come(new Response(null, { status: 204 }));
  await Promise.all(rated);

  assert.deepEqual(helpful, [true, false]);
});

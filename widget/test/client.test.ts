import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Client, Failure } from "../src/client.js";
import { Memory } from "../src/memory.js";
import { FakeServer, online, refusal, storage } from "./server.js";

let server: FakeServer;
let client: Client;
const wanted = () => true;

beforeEach(() => {
  const area = storage();
  online(true);
  server = new FakeServer();
  client = new Client("https://advisor.test", new Memory("a", () => area));
});

test("a session is asked for with the first message and shown with all others", async () => {
  await client.send("one", "m-1", wanted);
  await client.send("two", "m-2", wanted);

  assert.equal(server.to("sessions").length, 1);
  assert.equal(server.to("sessions")[0]?.session, null);
  assert.deepEqual(
    server.to("messages").map(({ session, body }) => [session, body["message_id"]]),
    [
      ["session-1", "m-1"],
      ["session-1", "m-2"],
    ],
  );
});

test("a message that is no longer wanted leaves no session behind", async () => {
  assert.deepEqual(await client.send("one", "m-1", () => false), []);

  assert.equal(client.session, null);
  assert.equal(server.to("messages").length, 0);
});

const refusals: [string, () => Response, string][] = [
  ["the server's own words", () => refusal(400), "Refused."],
  ["too many", () => refusal(429, { "Retry-After": "7" }), "That was quick. Please try again in 7 seconds."],
  ["too many without a time", () => refusal(429), "That was quick. Please try again in 10 seconds."],
  ["a proxy's page", () => new Response("<h1>502", { status: 502 }), "The advisor could not answer."],
];
for (const [name, answer, words] of refusals) {
  test(`a refusal is told: ${name}`, async () => {
    server.answers["POST messages"] = answer;
    await assert.rejects(client.send("one", "m-1", wanted), { message: words });
  });
}

for (const [connected, words] of [
  [true, "The advisor cannot be reached."],
  [false, "You are offline."],
] as const) {
  test(`no connection is told: ${words}`, async () => {
    online(connected);
    server.answers["GET welcome"] = () => {
      throw new TypeError("Failed to fetch");
    };
    await assert.rejects(client.welcome(), { message: words });
  });
}

test("deleting deletes earlier conversations too, each under its own session", async () => {
  await client.send("one", "m-1", wanted);
  client.leaveSession();
  await client.send("two", "m-2", wanted);

  await client.delete();

  assert.deepEqual(
    server.to("session").map(({ method, session }) => [method, session]),
    [
      ["DELETE", "session-1"],
      ["DELETE", "session-2"],
    ],
  );
  assert.equal(client.kept, false);
});

test("what could not be deleted is still known", async () => {
  await client.send("one", "m-1", wanted);
  client.leaveSession();
  await client.send("two", "m-2", wanted);
  let calls = 0;
  server.answers["DELETE session"] = () =>
    (calls += 1) === 1 ? new Response(null, { status: 204 }) : refusal(503);

  await assert.rejects(client.delete(), Failure);

  assert.deepEqual(client.earlier, []);
  assert.equal(client.session, "session-2");
});

test("what the server does not know any more counts as deleted", async () => {
  await client.send("one", "m-1", wanted);
  server.answers["DELETE session"] = () => refusal(401);

  await client.delete();

  assert.equal(client.kept, false);
});

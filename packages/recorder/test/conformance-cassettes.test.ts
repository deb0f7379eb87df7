/**
 * What a real Kubernetes 1.36 answered, as cassettes that replay strictly. After a change of the fixtures or the format
 * write them anew with `UPDATE_CASSETTES=1 pnpm unit packages/recorder/test/conformance-cassettes`.
 * @deadline 120 s
 */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { checkCassette, importExchanges, type RawExchange, Redactor, startReplay } from '@towtank/recorder';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Folder } from './_cassette-file.ts';

const test = suite('conformance cassettes');
const FIXTURES = fileURLToPath(new URL('../../../fixtures', import.meta.url));
const RECORDED = { recorded: '2026-11-22T19:36:40Z', source: 'Kubernetes 1.36.2' };

const scenarios = readdirSync(`${FIXTURES}/conformance`)
  .filter((name) => /^\d\d-.*\.json$/.test(name))
  .map((name) => name.replace('.json', ''))
  .sort();
const cassetteOf = (scenario: string): string => `${FIXTURES}/cassettes/conformance/${scenario}.jsonl`;
const exchangesOf = (scenario: string): RawExchange[] =>
  JSON.parse(readFileSync(`${FIXTURES}/conformance/${scenario}.json`, 'utf8'));

if (process.env.UPDATE_CASSETTES)
  for (const scenario of scenarios) await importExchanges(exchangesOf(scenario), cassetteOf(scenario), RECORDED);

/** Sends a request as it was sent then, and reads as much of a watch as was read then. */
async function send(url: string, { request, response }: RawExchange): Promise<{ status: number; text: string }> {
  const { method, path, headers = {}, body } = request;
  const isText = typeof body === 'string';
  const answer = await fetch(url + path, {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
  });
  if (response?.events === undefined) return { status: answer.status, text: await answer.text() };
  const { length } = response.events;
  let text = '';
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  while (text.split('\n').length - 1 < length) text += (await reader?.read())?.value ?? '';
  await reader?.cancel();
  return { status: answer.status, text };
}

function expectedText({ request, response }: RawExchange): string {
  const bytes = (value: unknown): Buffer => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
  const redacted = (value: unknown): string => {
    const stored = new Redactor().body(bytes(value), { url: request.path });
    return 'json' in stored ? JSON.stringify(stored.json) : (stored as { text: string }).text;
  };
  if (response?.events !== undefined) return response.events.map((event) => `${redacted(event)}\n`).join('');
  return response?.body === undefined ? '' : redacted(response.body);
}

let replayed = 0;
for (const scenario of scenarios)
  test(`${scenario} replays strictly, byte for byte`, async () => {
    const exchanges = exchangesOf(scenario);
    await using replay = await startReplay({ cassette: cassetteOf(scenario) });
    for (const exchange of exchanges) {
      const { status, text } = await send(replay.url, exchange);
      const title = `${exchange.request.method} ${exchange.request.path}`;
      assert.is(status, exchange.response?.status, `${title}: ${text}`);
      assert.is(text, expectedText(exchange), title);
      replayed += 1;
    }
    assert.equal(replay.unused, []);
  });

for (const scenario of scenarios)
  test(`the cassette of ${scenario} is what the fixture gives, without credentials`, async () => {
    using folder = new Folder();
    await importExchanges(exchangesOf(scenario), folder.file('again.jsonl'), RECORDED);
    assert.ok(folder.read('again.jsonl') === readFileSync(cassetteOf(scenario), 'utf8'), 'it differs');
    assert.equal((await checkCassette(cassetteOf(scenario))).leftovers, []);
  });

test('every exchange has been replayed', () => assert.is(replayed, scenarios.flatMap(exchangesOf).length));

test.run();

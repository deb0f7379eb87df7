/** Reads from the upstream for the recorder itself. */
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { LineCollector } from '../record/body-collector.ts';
import type { UpstreamConnection } from '../record/upstream-connection.ts';

/** Gets JSON and lines with the upstream's credentials. */
export class UpstreamReader {
  readonly #connection: UpstreamConnection;

  constructor(connection: UpstreamConnection) {
    this.#connection = connection;
  }

  /** A JSON document. Throws an Error with the message of the upstream for every status but 200. */
  async json(url: string): Promise<unknown> {
    const incoming = await this.#get(url);
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString('utf8');
    if (incoming.statusCode === 200) return JSON.parse(text);
    throw new Error(`${url} was answered with ${incoming.statusCode}: ${text.slice(0, 200)}`);
  }

  /** The lines of a watch, until it ends. An answer that is no watch is a line, too: the Status of an error. */
  async *lines(url: string): AsyncGenerator<string> {
    const collector = new LineCollector();
    for await (const chunk of await this.#get(url))
      for (const line of collector.push(chunk as Buffer)) if (line instanceof Buffer) yield line.toString('utf8');
    for (const line of collector.rest()) if (line instanceof Buffer) yield line.toString('utf8');
  }

  async #get(url: string): Promise<IncomingMessage> {
    const request = await this.#connection.send({
      method: 'GET',
      url,
      headers: { accept: 'application/json' },
      lent: true,
    });
    request.end();
    // what breaks within the answer is the answer's error, which newer releases of Node report here as well
    request.on('error', () => {});
    const [incoming] = (await once(request, 'response')) as [IncomingMessage];
    return incoming;
  }
}

/** Cuts a zone transfer into messages that each fit on a stream. */
import { encodeMessage } from '../codec/encode-message.ts';
import type { Message } from '../codec/message.ts';
import type { ResourceRecord } from '../codec/resource-record.ts';
import type { DnsResponse } from '../handler.ts';

/** Well below 64 KiB, to leave room for the header and the question. */
const MAX_RECORD_BYTES = 63_000;
/** Records are measured this many at a time. */
const STEP = 16;

/** The response to any query but a transfer is one message; that of a transfer as many as its size asks for. */
export function splitTransfer({ questions }: Message, response: DnsResponse): DnsResponse[] {
  const type = questions[0]?.type;
  if ((type !== 'AXFR' && type !== 'IXFR') || response.answers.length <= STEP) return [response];
  const parts: DnsResponse[] = [];
  let [answers, size]: [ResourceRecord[], number] = [[], 0];
  for (let at = 0; at < response.answers.length; at += STEP) {
    const records = response.answers.slice(at, at + STEP);
    const bytes = measure(records);
    if (size + bytes > MAX_RECORD_BYTES) {
      parts.push({ ...response, answers });
      [answers, size] = [[], 0];
    }
    answers.push(...records);
    size += bytes;
  }
  return [...parts, { ...response, answers }];
}

function measure(answers: readonly ResourceRecord[]): number {
  const header = {
    id: 0,
    response: true,
    opcode: 0,
    authoritative: true,
    truncated: false,
    recursionDesired: false,
    recursionAvailable: false,
    authenticatedData: false,
    checkingDisabled: false,
    rcode: 0,
  };
  const message = { ...header, questions: [], answers, authorities: [], additionals: [] };
  return encodeMessage(message, { maxBytes: Number.POSITIVE_INFINITY }).length;
}

/** pods/log: what a container has written. */
import {
  type ApiResponse,
  type FieldError,
  forbiddenField,
  invalid,
  invalidValue,
  notSupported,
} from '@towtank/apimachinery';
import type { ApiCall } from '../endpoints/api-call.ts';
import { parseBoolean, parseInteger } from '../registry/list-options.ts';
import type { LogRequest, NodeConnector } from './node-connector.ts';
import { checkNode, containerOf, podOf, requireNodes } from './pod-target.ts';

const TEXT = { 'content-type': 'text/plain', 'cache-control': 'no-cache, private' };

/** GET of a log; with `follow` the answer goes on until the container ends or the client goes. */
export async function logHandler(call: ApiCall, nodes: NodeConnector | undefined): Promise<ApiResponse> {
  const { query, name, namespace } = call.attributes;
  const options = logOptions(query);
  const errors = validateLogOptions(options, query);
  if (errors.length > 0) throw invalid({ group: '', kind: 'PodLogOptions' }, name, errors);
  const pod = await podOf(call);
  const container = containerOf(pod, query.get('container') ?? '');
  if (!pod.spec.nodeName) return { type: 'bytes', status: 200, headers: TEXT, body: new Uint8Array() };
  await checkNode(call, pod);
  const request: LogRequest = { ...options, namespace, pod: name, container, signal: call.request.signal };
  return { type: 'stream', status: 200, headers: TEXT, stream: requireNodes(nodes).logs(request) };
}

function logOptions(query: URLSearchParams): Omit<LogRequest, 'namespace' | 'pod'> {
  return {
    follow: parseBoolean(query, 'follow') ?? false,
    previous: parseBoolean(query, 'previous') ?? false,
    timestamps: parseBoolean(query, 'timestamps') ?? false,
    tailLines: parseInteger(query, 'tailLines'),
    limitBytes: parseInteger(query, 'limitBytes'),
    sinceSeconds: parseInteger(query, 'sinceSeconds'),
    sinceTime: query.get('sinceTime') || undefined,
  };
}

function validateLogOptions(options: Omit<LogRequest, 'namespace' | 'pod'>, query: URLSearchParams): FieldError[] {
  const { tailLines, limitBytes, sinceSeconds, sinceTime } = options;
  const errors: FieldError[] = [];
  if (tailLines !== undefined && tailLines < 0)
    errors.push(invalidValue('tailLines', tailLines, 'must be greater than or equal to 0'));
  if (limitBytes !== undefined && limitBytes < 1)
    errors.push(invalidValue('limitBytes', limitBytes, 'must be greater than 0'));
  if (sinceSeconds !== undefined && sinceTime !== undefined)
    errors.push(forbiddenField('', 'at most one of `sinceTime` or `sinceSeconds` may be specified'));
  else if (sinceSeconds !== undefined && sinceSeconds < 1)
    errors.push(invalidValue('sinceSeconds', sinceSeconds, 'must be greater than 0'));
  const stream = query.get('stream') || 'All';
  if (!STREAMS.includes(stream)) errors.push(notSupported('stream', stream, STREAMS));
  else if (stream !== 'All' && tailLines !== undefined)
    errors.push(forbiddenField('', '`tailLines` and specific `stream` are mutually exclusive for now'));
  return errors;
}

const STREAMS = ['All', 'Stderr', 'Stdout'];

/** Answers as Tables: the form that `kubectl get` asks for. */
import { badRequest, type EncodedEvent, type KubeObject, type Watch } from '@towtank/apimachinery';
import type { MetaVersion } from '../printers/partial-object-metadata.ts';
import { type IncludeObject, type Table, tableFor } from '../printers/table.ts';
import type { Representation } from '../registry/representation.ts';
import type { StoredObject } from '../storage/stored-object.ts';
import type { ApiCall } from './api-call.ts';
import type { AnswerForm } from './negotiate.ts';
import { listMetaOf, valueResponse } from './respond.ts';

const INCLUDES: readonly string[] = ['Metadata', 'Object', 'None'];

/** The form of a call that asks for tables. Throws 400 for an `includeObject` that is not known. */
export function tableForm(call: ApiCall, version: MetaVersion): AnswerForm {
  const { served, environment, attributes } = call;
  const includeObject = includeObjectOf(attributes.query);
  const shown = (object: KubeObject): KubeObject => served.fromStored?.(object) ?? object;
  const isWatch = attributes.verb === 'watch';
  const table = (objects: readonly KubeObject[], metadata: Table['metadata'], noHeaders = false): Table =>
    tableFor({
      resource: served.resource,
      objects: objects.map(shown),
      metadata,
      now: environment.clock.now(),
      includeObject,
      noHeaders,
      version,
    });
  return {
    representation: tableRepresentation(`${version} ${includeObject} ${served.resource.version}`, (object) =>
      table([object], { resourceVersion: object.metadata.resourceVersion ?? '' }, isWatch),
    ),
    list: (page) =>
      valueResponse(
        200,
        table(
          page.items.map(({ object }) => object),
          listMetaOf(page),
        ),
      ),
    watch: (watch) => withHeaders(watch, table([], {}).columnDefinitions),
  };
}

function includeObjectOf(query: URLSearchParams): IncludeObject {
  const asked = query.get('includeObject') || 'Metadata';
  if (INCLUDES.includes(asked)) return asked as IncludeObject;
  throw badRequest(
    `Unable to convert to Table as requested: includeObject: Invalid value: ${JSON.stringify(asked)}: must be 'Metadata', 'Object', 'None', or empty`,
  );
}

/** Made anew each time it is read: a table shows ages, which grow while the object stays the same. */
function tableRepresentation(name: string, make: (object: KubeObject) => Table): Representation {
  const text = ({ object }: StoredObject): string => JSON.stringify(make(object));
  return {
    name: `table ${name}`,
    object: ({ object }) => make(object),
    encode: (stored) => Buffer.from(text(stored)),
    line: (stored) => Buffer.from(`${text(stored)}\n`),
    bookmark(bookmark) {
      const object = make(bookmark) as unknown as KubeObject;
      return { type: 'BOOKMARK', object, frame: () => frameOf('BOOKMARK', object) };
    },
  };
}

const frameOf = (type: EncodedEvent['type'], object: unknown): Buffer =>
  Buffer.from(`${JSON.stringify({ type, object })}\n`);

/** The columns are told once, with the first table of the watch. */
function withHeaders(watch: Watch, columnDefinitions: Table['columnDefinitions']): Watch {
  return {
    start(sink) {
      let isTold = false;
      watch.start({
        event(event) {
          if (isTold || event.type === 'ERROR') return sink.event(event);
          isTold = true;
          const object = { ...(event.object as KubeObject), columnDefinitions } as KubeObject;
          sink.event({ type: event.type, object, frame: () => frameOf(event.type, object) });
        },
        end: () => sink.end(),
      });
    },
    close: () => watch.close(),
  };
}

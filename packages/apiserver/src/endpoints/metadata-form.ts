/** Answers as metadata alone: what caches ask for that need no more of an object than that it is there. */
import { StatusError } from '@towtank/apimachinery';
import {
  type MetaVersion,
  partialObjectMetadata,
  partialObjectMetadataList,
} from '../printers/partial-object-metadata.ts';
import { derivedRepresentation } from '../registry/representation.ts';
import type { ServedResource } from '../resources/catalog.ts';
import type { ApiCall } from './api-call.ts';
import type { AnswerForm } from './negotiate.ts';
import { listMetaOf, valueResponse } from './respond.ts';

/** The form of a call that asks for `PartialObjectMetadata` or its list. Throws 406 when it asks for the wrong one. */
export function metadataForm({ served, attributes }: ApiCall, version: MetaVersion, kind: string): AnswerForm {
  const wantsList = kind === 'PartialObjectMetadataList';
  const isList = attributes.verb === 'list' || attributes.verb === 'deletecollection';
  // a watch tells of single objects, whichever of the two it names
  if (attributes.verb !== 'watch' && wantsList !== isList) throw mismatch(served, kind, isList);
  return {
    representation: derivedRepresentation(`metadata ${version}`, (object) => partialObjectMetadata(object, version)),
    list: ({ items, ...page }) => {
      const list = { metadata: listMetaOf({ items, ...page }), items: items.map(({ object }) => object) };
      return valueResponse(200, partialObjectMetadataList(list, version));
    },
  };
}

function mismatch({ resource, customResource }: ServedResource, kind: string, isList: boolean): StatusError {
  const { group } = resource;
  const type = customResource
    ? `*unstructured.Unstructured${isList ? 'List' : ''}`
    : `*${group === '' ? 'core' : group.split('.')[0]}.${resource.kind}${isList ? 'List' : ''}`;
  return new StatusError(
    406,
    'NotAcceptable',
    `you requested ${kind}, but the requested object is ${isList ? '' : 'not '}a list (${type})`,
  );
}

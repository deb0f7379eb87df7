/** The built-in resources, each with its store. */
import { conversionOf, type VersionConversion } from '../conversion/version-conversions.ts';
import type { ResourceStore } from '../registry/resource-store.ts';
import { ResourceCatalog } from '../resources/catalog.ts';
import type { Resource } from '../resources/resource.ts';
import { resourceTable } from '../resources/resource-table.ts';
import { schemaNamed } from '../schema/schema-table.ts';
import type { Storage } from '../storage/storage.ts';
import { type StrategyTable, strategyFor } from '../strategies/strategy-table.ts';

/** Builds the catalog: versions of one resource share its store, in the version that the table lists first. */
export function buildCatalog(storage: Storage, strategies: StrategyTable): ResourceCatalog {
  const catalog = new ResourceCatalog();
  const stores = new Map<string, ResourceStore>();
  for (const resource of resourceTable()) {
    const schema = schemaNamed(resource.schema) ?? {};
    const conversion = conversionOf(resource);
    const prefix = conversion?.prefix ?? prefixOf(resource);
    let store = stores.get(prefix);
    if (store === undefined && isStored(resource)) {
      store = { prefix, resource, schema, strategy: strategyFor(resource, strategies), storage };
      stores.set(prefix, store);
    }
    catalog.add({ resource, schema, store, ...pick(conversion) });
  }
  return catalog;
}

const prefixOf = ({ group, resource }: Resource): string => (group === '' ? resource : `${group}/${resource}`);

const pick = (conversion: VersionConversion | undefined): Partial<VersionConversion> =>
  conversion === undefined ? {} : { toStored: conversion.toStored, fromStored: conversion.fromStored };

const isStored = ({ verbs }: Resource): boolean => verbs.includes('get');

/** What the columns mean that every kind has, in the words of the API documentation. */
import type { ResourceColumn } from '../resources/resource.ts';

const NAME =
  'Name must be unique within a namespace. Is required when creating resources, although some resources may allow a client to request the generation of an appropriate name automatically. Name is primarily intended for creation idempotence and configuration definition. Cannot be updated. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names';
const CREATION =
  'CreationTimestamp is a timestamp representing the server time when this object was created. It is not guaranteed to be set in happens-before order across separate operations. Clients may not set this value. It is represented in RFC3339 form and is in UTC.\n\nPopulated by the system. Read-only. Null for lists. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata';

const DESCRIPTIONS: Readonly<Record<string, string>> = { Name: NAME, Age: CREATION, 'Created At': CREATION };

/** The description of a column: its own path for one of a custom resource, empty where the table of facts has none. */
export const columnDescription = ({ name, jsonPath, description = '' }: ResourceColumn): string =>
  jsonPath === undefined || description !== ''
    ? description || (DESCRIPTIONS[name] ?? '')
    : `Custom resource definition column (in JSONPath format): ${jsonPath}`;

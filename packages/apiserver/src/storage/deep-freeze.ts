/** Makes a value immutable all the way down, and returns it. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const field of Object.values(value)) if (typeof field === 'object' && field !== null) deepFreeze(field);
  return value;
}

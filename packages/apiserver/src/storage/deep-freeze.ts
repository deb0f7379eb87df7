/** Makes a value immutable all the way down, and returns it. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const field in value) {
    const below = value[field];
    if (typeof below === 'object' && below !== null) deepFreeze(below);
  }
  return value;
}

/** Which towtank this is. */

/** The version of the package, as its package.json says. A constant, because a built program has no way to that file. */
export const VERSION = '0.1.0';

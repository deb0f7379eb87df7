/** `$(VAR)` references in values, commands and arguments. */

/** Replaces references to known variables. An unknown one stays as it is written; `$$` is a plain dollar sign. */
export const expandVariables = (text: string, variables: Readonly<Record<string, string>>): string =>
  text.replace(/\$(?:\$|\(([^)]*)\))/g, (whole, name: string | undefined) => {
    if (name === undefined) return '$';
    return Object.hasOwn(variables, name) ? (variables[name] ?? '') : whole;
  });

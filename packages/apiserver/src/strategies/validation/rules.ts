/** From a rule that reports into a list to the hook of a strategy that answers one. */
import type { FieldError, KubeObject } from '@towtank/apimachinery';
import type { Errors } from './field-rules.ts';

/** Runs a rule on an object and answers what it found. */
export const rules =
  (check: (errors: Errors, object: KubeObject) => void): ((object: KubeObject) => FieldError[]) =>
  (object) => {
    const errors: Errors = [];
    check(errors, object);
    return errors;
  };

/** The same for a change. */
export const changeRules =
  (
    check: (errors: Errors, object: KubeObject, old: KubeObject) => void,
  ): ((object: KubeObject, old: KubeObject) => FieldError[]) =>
  (object, old) => {
    const errors: Errors = [];
    check(errors, object, old);
    return errors;
  };

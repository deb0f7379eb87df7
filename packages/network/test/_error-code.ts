/** The code of the error that a promise rejects with; `resolved` where it does not. */
export const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'resolved',
    (error: NodeJS.ErrnoException) => error.code ?? error.message,
  );

/** Whether an indexed Job has succeeded before all of its indexes have. Pure choice. */
import { parseIndexes } from './completed-indexes.ts';
import { isIndexed, type Job, type JobStatus, type SuccessRule } from './job.ts';

/** The position of the first rule of the Job's policy that its completed indexes meet. */
export function metSuccessRule(job: Job, status: JobStatus): number | undefined {
  const rules = job.spec.successPolicy?.rules ?? [];
  const completed = parseIndexes(status.completedIndexes);
  if (!isIndexed(job) || completed.size === 0) return undefined;
  const met = rules.findIndex((rule) => isMet(rule, completed));
  return met < 0 ? undefined : met;
}

/** Indexes are enough by themselves or, with a count, as soon as so many of them are there. */
function isMet({ succeededIndexes, succeededCount }: SuccessRule, completed: ReadonlySet<number>): boolean {
  if (succeededIndexes === undefined) return succeededCount !== undefined && completed.size >= succeededCount;
  const wanted = parseIndexes(succeededIndexes);
  const found = [...wanted].filter((index) => completed.has(index)).length;
  return wanted.size > 0 && found >= (succeededCount ?? wanted.size);
}
